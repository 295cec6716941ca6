import { associationTypes } from './association-types.ts';
import { associate, dissociateType, type End, endOf, exists } from './associations.ts';
import { invalid, notFound } from './errors.ts';
import { type Answer, type Call, NO_CONTENT, param } from './http.ts';
import type { AssociationType } from './association-types.ts';
import { getRecord } from './object-routes.ts';
import { tableNamed } from './store.ts';

interface Named {
  readonly from: End;
  readonly to: End;
  readonly type: AssociationType;
}

/** What a path of version 3 names: two records and a type, by number or as `contact_to_company`. */
function namedIn(call: Call): Named {
  const [fromTable, toTable] = [tableNamed(call.portal, param(call, 'type')), tableNamed(call.portal, param(call, 'to'))];
  const [from, to] = [endOf(fromTable, param(call, 'id')), endOf(toTable, param(call, 'toId'))];
  const asked = param(call, 'associationType');
  const known = associationTypes(fromTable.type.singular, toTable.type.singular);
  const type = known.find((one) => String(one.typeId) === asked || one.name === asked);
  if (type === undefined)
    throw invalid(`${fromTable.type.upper} to ${toTable.type.upper} association type ${asked} does not exist`, {
      subCategory: 'crm.associations.INVALID_ASSOCIATION_TYPE',
    });
  return { from, to, type };
}

/** `PUT /crm/v3/objects/{type}/{id}/associations/{to}/{toId}/{associationType}`: answers with the record. */
export function putTypedAssociation(call: Call): Answer {
  const { from, to, type } = namedIn(call);
  if (!exists(from) || !exists(to)) throw notFound();
  associate(call.portal, from, to, [type]);
  return getRecord({ ...call, query: new URLSearchParams({ associations: param(call, 'to') }) });
}

/** `DELETE /crm/v3/objects/{type}/{id}/associations/{to}/{toId}/{associationType}`: 204, also when there is none. */
export function deleteTypedAssociation(call: Call): Answer {
  const { from, to, type } = namedIn(call);
  dissociateType(call.portal, from, to, type);
  return NO_CONTENT;
}
