namespace ModelServing.Stacks.Preview;

/// <summary>
/// The inputs whose change makes the provider replace a resource instead of updating it, for the resources of this program. They are the
/// inputs that the provider's documentation does not mark as updatable. An OCI resource without such inputs has an empty list, so a test
/// can see that no resource was forgotten.
/// </summary>
internal static class Replacements
{
    private static readonly Dictionary<string, string[]> Paths = new(StringComparer.Ordinal)
    {
        ["oci:Core/vcn:Vcn"] = ["dnsLabel", "isIpv6enabled"],
        ["oci:Core/subnet:Subnet"] = ["vcnId", "dnsLabel", "prohibitPublicIpOnVnic", "prohibitInternetIngress", "availabilityDomain"],
        ["oci:Core/defaultSecurityList:DefaultSecurityList"] = ["manageDefaultResourceId"],
        ["oci:Core/internetGateway:InternetGateway"] = ["vcnId"],
        ["oci:Core/natGateway:NatGateway"] = ["vcnId", "publicIpId"],
        ["oci:Core/serviceGateway:ServiceGateway"] = ["vcnId"],
        ["oci:Core/routeTable:RouteTable"] = ["vcnId"],
        ["oci:Core/networkSecurityGroup:NetworkSecurityGroup"] = ["vcnId"],
        ["oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule"] = [""],
        ["oci:Core/securityList:SecurityList"] = ["vcnId"],
        ["oci:Core/captureFilter:CaptureFilter"] = ["filterType"],
        ["oci:Bastion/bastion:Bastion"] = ["bastionType", "dnsProxyStatus", "name", "phoneBookEntry", "targetSubnetId"],
        ["oci:ContainerEngine/cluster:Cluster"] =
        [
            "compartmentId",
            "vcnId",
            "kmsKeyId",
            "clusterPodNetworkOptions",
            "endpointConfig",
            "options.serviceLbSubnetIds",
            "options.kubernetesNetworkConfig",
        ],
        ["oci:ContainerEngine/nodePool:NodePool"] = ["clusterId", "compartmentId"],
        ["oci:ContainerEngine/addon:Addon"] = ["addonName", "clusterId", "removeAddonResourcesOnDelete", "overrideExisting"],
        ["oci:Redis/redisCluster:RedisCluster"] = ["subnetId", "clusterMode"],
        ["oci:Redis/ociCacheConfigSet:OciCacheConfigSet"] = ["softwareVersion", "configurationDetails"],
        ["oci:Redis/ociCacheUser:OciCacheUser"] = ["name"],
        ["oci:Redis/redisClusterAttachOciCacheUser:RedisClusterAttachOciCacheUser"] = [""],
        ["oci:ObjectStorage/bucket:Bucket"] = ["namespace", "name", "storageTier"],
        ["oci:ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy"] = ["bucket", "namespace"],
        ["oci:ObjectStorage/replicationPolicy:ReplicationPolicy"] = [""],
        ["oci:Nosql/index:Index"] = ["compartmentId", "isIfNotExists", "keys", "name", "tableNameOrId"],
        ["oci:Nosql/table:Table"] = ["name", "isAutoReclaimable"],
        ["oci:ApiGateway/gateway:Gateway"] = ["endpointType", "subnetId"],
        ["oci:ApiGateway/deployment:Deployment"] = ["gatewayId", "pathPrefix"],
        ["oci:Functions/application:Application"] = ["displayName", "shape", "subnetIds"],
        ["oci:Functions/function:Function"] = ["applicationId", "displayName", "sourceDetails"],
        // A call has no update: another one is made.
        ["oci:Functions/invokeFunction:InvokeFunction"] = [""],
        ["oci:Ons/notificationTopic:NotificationTopic"] = ["name"],
        ["oci:Ons/subscription:Subscription"] = ["deliveryPolicy", "endpoint", "protocol", "topicId"],
        ["oci:Monitoring/alarm:Alarm"] = [],
        ["oci:Events/rule:Rule"] = [],
        ["oci:Logging/logGroup:LogGroup"] = [],
        ["oci:Logging/log:Log"] = ["logType", "configuration"],
        ["oci:Budget/budget:Budget"] = ["compartmentId", "targetCompartmentId", "targetType", "targets"],
        ["oci:Budget/rule:Rule"] = ["budgetId"],
        ["oci:Identity/tagNamespace:TagNamespace"] = ["name"],
        ["oci:Identity/tag:Tag"] = ["name", "tagNamespaceId"],
        ["oci:Identity/dynamicGroup:DynamicGroup"] = ["compartmentId", "name"],
        ["oci:Identity/policy:Policy"] = ["compartmentId", "name"],
        ["oci:Artifacts/containerRepository:ContainerRepository"] = ["displayName"],
        ["kubernetes:apps/v1:Deployment"] = ["spec.selector"],
        ["kubernetes:apps/v1:StatefulSet"] =
        [
            "spec.podManagementPolicy",
            "spec.revisionHistoryLimit",
            "spec.selector",
            "spec.serviceName",
            "spec.volumeClaimTemplates",
        ],
        ["kubernetes:core/v1:Service"] = ["spec.clusterIP"],
        // Another cluster has none of the objects.
        ["pulumi:providers:kubernetes"] = ["clusterIdentifier"],
        ["kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"] = ["roleRef"],
    };

    /// <summary>Whether the table covers the type.</summary>
    internal static bool IsKnown(string type) => Paths.ContainsKey(type) || !type.StartsWith("oci:", StringComparison.Ordinal);

    /// <summary>Whether changes at these paths replace the resource.</summary>
    /// <param name="type">The resource's type.</param>
    /// <param name="changed">The dotted paths that changed (<see cref="ValueChange.Property"/>).</param>
    /// <param name="isMutable">Whether the Kubernetes provider has the named setting, which lets it update such objects in place.</param>
    internal static bool IsReplaced(string type, IEnumerable<string> changed, Func<string, bool> isMutable)
    {
        IEnumerable<string> paths = Paths.GetValueOrDefault(type, []);
        if (type.StartsWith("kubernetes:", StringComparison.Ordinal))
            paths = paths.Append("metadata.name").Append("metadata.namespace");
        if (type == "kubernetes:core/v1:ConfigMap" && !isMutable("enableConfigMapMutable"))
            paths = paths.Append("data").Append("binaryData");
        if (type == "kubernetes:core/v1:Secret" && !isMutable("enableSecretMutable"))
            paths = paths.Append("data").Append("stringData").Append("type");
        // A path above a replacing one came or went as a whole.
        return changed.Any(path => paths.Any(replacing => replacing.Length == 0 || path == replacing
            || path.StartsWith(replacing + ".", StringComparison.Ordinal)
            || replacing.StartsWith(path + ".", StringComparison.Ordinal)));
    }
}
