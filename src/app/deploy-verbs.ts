/** The verbs of deploying with their world bound, as the server takes them. */
import * as deploy from '../deploy/index.ts'
import type { Deploys } from '../deploy/index.ts'
import type { Hosts } from '../host/index.ts'
import type { DeployVerbs } from '../server/index.ts'

export function bindDeployVerbs(deploys: Deploys, hosts: Hosts): DeployVerbs {
  const logWorld = { deploys, hosts }
  return {
    planDeployment: (actor, request, signal) => deploy.planDeployment(deploys, actor, request, signal),
    deployRelease: (actor, request) => deploy.deployRelease(deploys, actor, request),
    rollBack: (actor, request) => deploy.rollBack(deploys, actor, request),
    haltDeployment: (actor, request) => deploy.haltDeployment(deploys, actor, request),
    pauseDeployment: (actor, request) => deploy.pauseDeployment(deploys, actor, request),
    resumeDeployment: (actor, request) => deploy.resumeDeployment(deploys, actor, request),
    retryDeployment: (actor, request) => deploy.retryDeployment(deploys, actor, request),

    voteOnDeployment: (actor, request) => deploy.voteOnDeployment(deploys, actor, request),
    breakGlass: (actor, request) => deploy.breakGlass(deploys, actor, request),
    reviewGlass: (actor, request) => deploy.reviewGlass(deploys, actor, request),
    protectPlace: (actor, request) => deploy.protectPlace(deploys, actor, request),

    listDeployments: (actor, request) => deploy.listDeployments(deploys, actor, request),
    describeDeployment: (actor, id) => deploy.describeDeployment(deploys, actor, id),
    planOfDeployment: (actor, id) => deploy.planOfDeployment(deploys, actor, id),
    trafficOfDeployment: (actor, id) => deploy.trafficOfDeployment(deploys, actor, id),
    watchDeployment: (actor, id, signal) => deploy.watchDeployment(deploys, actor, id, signal),
    explainDeployment: (actor, id) => deploy.explainDeployment(deploys, actor, id),
    compareDeployments: (actor, request) => deploy.compareDeployments(deploys, actor, request),

    listPlaces: (actor) => deploy.listPlaces(deploys, actor),
    statusOfPlace: (actor, place) => deploy.statusOfPlace(deploys, actor, place),
    lookAtPlace: (actor, place, signal) => deploy.lookAtPlace(logWorld, actor, place, signal),
    lookAtHost: (actor, host, signal) => deploy.lookAtHost(logWorld, actor, host, signal),
    describeRelease: (actor, id) => deploy.describeRelease(deploys, actor, id),
    describeReleaseSchema: (actor, target) => deploy.describeReleaseSchema(deploys, actor, target),

    readLogs: (actor, request, signal) => deploy.readLogs(logWorld, actor, request, signal),
    followLogs: (actor, request, signal) => deploy.followLogs(logWorld, actor, request, signal),

    addKey: (actor, request) => deploy.addKey(deploys, actor, request),
    listKeys: (actor) => deploy.listKeys(deploys, actor),
    revokeKey: (actor, id) => deploy.revokeKey(deploys, actor, id),

    acquireLock: (actor, request) => deploy.acquireLock(deploys, actor, request),
    releaseLock: (actor, place) => deploy.releaseLock(deploys, actor, place),
    breakLock: (actor, request) => deploy.breakLock(deploys, actor, request),
    repeatBreak: (actor, place, change) => deploy.repeatBreak(deploys, actor, place, change),
    listLocks: (actor) => deploy.listLocks(deploys, actor),
  }
}
