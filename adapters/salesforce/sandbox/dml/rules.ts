import type { Rules } from './draft.ts';
import { campaignMemberRules, campaignMemberStatusRules, campaignRules } from './rules-campaign.ts';
import { contactRoleRules, opportunityRules } from './rules-deal.ts';
import { customFieldRules, fieldPermissionRules, permissionRules } from './rules-setup.ts';
import { validationRuleRules } from './validation-rules.ts';
import { leadRules } from './rules-lead.ts';
import { eventRules, taskRules } from './rules-activity.ts';

const NONE: Rules = {};

const BY_OBJECT: ReadonlyMap<string, Rules> = new Map([
  ['Lead', leadRules],
  ['Campaign', campaignRules],
  ['CampaignMember', campaignMemberRules],
  ['CampaignMemberStatus', campaignMemberStatusRules],
  ['Opportunity', opportunityRules],
  ['OpportunityContactRole', contactRoleRules],
  ['Task', taskRules],
  ['Event', eventRules],
  ['CustomField', customFieldRules],
  ['ValidationRule', validationRuleRules],
  ['FieldPermissions', fieldPermissionRules],
  ['ObjectPermissions', permissionRules],
  ['PermissionSet', permissionRules],
  ['PermissionSetAssignment', permissionRules],
]);

/** What Salesforce does by itself on saving this object. */
export function rulesOf(object: string): Rules {
  return BY_OBJECT.get(object) ?? NONE;
}
