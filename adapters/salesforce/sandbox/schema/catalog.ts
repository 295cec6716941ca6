import {
  apexTriggerObject,
  duplicateRuleObject,
  flowDefinitionViewObject,
  flowObject,
  recordTypeObject,
  validationRuleObject,
} from './automation.ts';
import { eventObject, taskObject } from './activities.ts';
import { campaignMemberObject, campaignMemberStatusObject, campaignObject } from './campaigns.ts';
import type { ReadFigure } from './campaigns.ts';
import {
  contactRoleObject,
  fieldHistoryObject,
  leadStatusObject,
  opportunityHistoryObject,
  opportunityObject,
  opportunityStageObject,
} from './deals.ts';
import { field } from './fields.ts';
import { ownFields } from './own-fields.ts';
import { accountObject, contactObject, leadObject } from './people.ts';
import * as setup from './setup.ts';
import type { ObjectDef } from './types.ts';

export interface CatalogOptions {
  /** Truce's own fields are there already. */
  readonly provisioned: boolean;
  readonly multiCurrency: boolean;
  /** The company's currency, ISO 4217. */
  readonly currency: string;
  readonly readFigure: ReadFigure;
}

/** Records that carry a currency of their own where several are switched on. */
const WITH_CURRENCY = ['Lead', 'Contact', 'Account', 'Campaign', 'CampaignMember', 'Opportunity', 'OpportunityHistory'];

/** The objects of a new organisation. */
export function catalogObjects(options: CatalogOptions): readonly ObjectDef[] {
  const objects = [
    leadObject(),
    contactObject(),
    accountObject(),
    campaignObject(options.readFigure),
    campaignMemberObject(),
    campaignMemberStatusObject(),
    opportunityObject(),
    opportunityStageObject(),
    contactRoleObject(),
    opportunityHistoryObject(),
    fieldHistoryObject('OpportunityFieldHistory', 'Opportunity', 'Histories'),
    fieldHistoryObject('LeadHistory', 'Lead', 'Histories'),
    leadStatusObject(),
    taskObject(),
    eventObject(),
    setup.userObject(),
    setup.groupObject(),
    setup.queueSobjectObject(),
    setup.userRoleObject(),
    setup.profileObject(),
    setup.organizationObject(),
    setup.assignmentRuleObject(),
    setup.permissionSetObject(),
    setup.permissionSetAssignmentObject(),
    setup.fieldPermissionsObject(),
    setup.objectPermissionsObject(),
    setup.fieldDefinitionObject(),
    setup.entityDefinitionObject(),
    setup.customFieldObject(),
    recordTypeObject(),
    duplicateRuleObject(),
    validationRuleObject(),
    flowDefinitionViewObject(),
    flowObject(),
    apexTriggerObject(),
    ...(options.multiCurrency ? [setup.currencyTypeObject(), setup.datedRateObject()] : []),
  ];
  const byName = new Map(objects.map((def) => [def.name, def]));
  if (options.provisioned) {
    for (const [name, fields] of ownFields()) for (const one of fields) byName.get(name)?.fields.set(one.name.toLowerCase(), one);
  }
  if (options.multiCurrency) {
    for (const name of WITH_CURRENCY) {
      const currency = field('CurrencyIsoCode', 'picklist', {
        length: 3,
        defaulted: true,
        defaultValue: options.currency,
        restricted: true,
        label: 'Currency ISO Code',
      });
      byName.get(name)?.fields.set('currencyisocode', currency);
    }
  }
  return objects;
}
