namespace ModelServing.Stacks.Preview;

/// <summary>
/// Which changed inputs make a provider replace a resource instead of updating it, of the resources that this program has: those that the
/// provider's documentation does not mark as updatable. A resource of OCI that has none has an empty line, so that none is forgotten.
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
        ["oci:ContainerEngine/cluster:Cluster"] = ["compartmentId", "vcnId", "kmsKeyId", "clusterPodNetworkOptions", "endpointConfig", "options.serviceLbSubnetIds", "options.kubernetesNetworkConfig"],
        ["oci:ContainerEngine/nodePool:NodePool"] = ["clusterId", "compartmentId"],
        ["oci:ContainerEngine/addon:Addon"] = ["addonName", "clusterId", "removeAddonResourcesOnDelete", "overrideExisting"],
        ["oci:Redis/redisCluster:RedisCluster"] = ["subnetId", "clusterMode"],
        ["oci:Redis/ociCacheConfigSet:OciCacheConfigSet"] = ["softwareVersion", "configurationDetails"],
        ["oci:ObjectStorage/bucket:Bucket"] = ["namespace", "name", "storageTier"],
        ["oci:ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy"] = ["bucket", "namespace"],
        ["oci:Nosql/table:Table"] = ["name", "isAutoReclaimable"],
        ["oci:ApiGateway/gateway:Gateway"] = ["endpointType", "subnetId"],
        ["oci:ApiGateway/deployment:Deployment"] = ["gatewayId", "pathPrefix"],
        ["oci:Functions/application:Application"] = ["displayName", "shape", "subnetIds"],
        ["oci:Functions/function:Function"] = ["applicationId", "displayName", "sourceDetails"],
        ["oci:Ons/notificationTopic:NotificationTopic"] = ["name"],
        ["oci:Ons/subscription:Subscription"] = ["deliveryPolicy", "endpoint", "protocol", "topicId"],
        ["oci:Monitoring/alarm:Alarm"] = [],
        ["oci:Events/rule:Rule"] = [],
        ["oci:Logging/logGroup:LogGroup"] = [],
        ["oci:Logging/log:Log"] = ["logType", "configuration"],
        ["oci:Identity/dynamicGroup:DynamicGroup"] = ["compartmentId", "name"],
        ["oci:Identity/policy:Policy"] = ["compartmentId", "name"],
        ["oci:Artifacts/containerRepository:ContainerRepository"] = ["displayName"],
        ["kubernetes:apps/v1:Deployment"] = ["spec.selector"],
        ["kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"] = ["roleRef"],
    };

    /// <summary>True when what replaces resources of the type is known.</summary>
    internal static bool Know(string type) => Paths.ContainsKey(type) || !type.StartsWith("oci:", StringComparison.Ordinal);

    /// <summary>True when a change at one of <paramref name="changed"/> (dotted paths) replaces the resource.</summary>
    /// <param name="type">The resource's type.</param>
    /// <param name="changed">The paths that changed.</param>
    /// <param name="isMutable">True when the cluster's provider has the setting of this name, which lets it update such objects in place.</param>
    internal static bool Apply(string type, IEnumerable<string> changed, Func<string, bool> isMutable)
    {
        IEnumerable<string> paths = Paths.GetValueOrDefault(type, []);
        if (type.StartsWith("kubernetes:", StringComparison.Ordinal))
            paths = paths.Append("metadata.name").Append("metadata.namespace");
        if (type == "kubernetes:core/v1:ConfigMap" && !isMutable("enableConfigMapMutable"))
            paths = paths.Append("data").Append("binaryData");
        if (type == "kubernetes:core/v1:Secret" && !isMutable("enableSecretMutable"))
            paths = paths.Append("data").Append("stringData").Append("type");
        return changed.Any(path => paths.Any(replacing => replacing.Length == 0 || path == replacing || path.StartsWith(replacing + ".", StringComparison.Ordinal)));
    }
}
