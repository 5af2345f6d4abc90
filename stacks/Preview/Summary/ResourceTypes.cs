namespace ModelServing.Stacks.Preview.Summary;

/// <summary>The types of resources that the summary knows, and what depends on them.</summary>
internal static class ResourceTypes
{
    internal const string Addon = "oci:ContainerEngine/addon:Addon";
    internal const string Bastion = "oci:Bastion/bastion:Bastion";
    internal const string Bucket = "oci:ObjectStorage/bucket:Bucket";
    internal const string Cache = "oci:Redis/redisCluster:RedisCluster";
    internal const string Cluster = "oci:ContainerEngine/cluster:Cluster";
    internal const string ConfigMap = "kubernetes:core/v1:ConfigMap";
    internal const string CronJob = "kubernetes:batch/v1:CronJob";
    internal const string Deployment = "kubernetes:apps/v1:Deployment";
    internal const string DynamicGroup = "oci:Identity/dynamicGroup:DynamicGroup";
    internal const string Function = "oci:Functions/function:Function";
    internal const string FunctionApplication = "oci:Functions/application:Application";
    internal const string FunctionCall = "oci:Functions/invokeFunction:InvokeFunction";
    internal const string Gateway = "oci:ApiGateway/gateway:Gateway";
    internal const string GatewayDeployment = "oci:ApiGateway/deployment:Deployment";
    internal const string HorizontalPodAutoscaler = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
    internal const string KubernetesNamespace = "kubernetes:core/v1:Namespace";
    internal const string KubernetesSecret = "kubernetes:core/v1:Secret";
    internal const string LifecyclePolicy = "oci:ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy";
    internal const string Log = "oci:Logging/log:Log";
    internal const string NatGateway = "oci:Core/natGateway:NatGateway";
    internal const string NodePool = "oci:ContainerEngine/nodePool:NodePool";
    internal const string OciProvider = "pulumi:providers:oci";
    internal const string Policy = "oci:Identity/policy:Policy";
    internal const string Repository = "oci:Artifacts/containerRepository:ContainerRepository";
    internal const string Role = "kubernetes:rbac.authorization.k8s.io/v1:Role";
    internal const string RoleBinding = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding";
    internal const string SecurityRule = "oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule";
    internal const string Service = "kubernetes:core/v1:Service";
    internal const string StatefulSet = "kubernetes:apps/v1:StatefulSet";
    internal const string Subnet = "oci:Core/subnet:Subnet";
    internal const string Table = "oci:Nosql/table:Table";

    private static readonly HashSet<string> Holding = [Bucket, Cache, Log, Repository, Table, "oci:Logging/logGroup:LogGroup"];

    private static readonly HashSet<string> Serving =
    [
        Cache,
        Cluster,
        Deployment,
        Function,
        FunctionApplication,
        Gateway,
        GatewayDeployment,
        KubernetesNamespace,
        NodePool,
        Service,
        StatefulSet,
        Subnet,
        "oci:Core/internetGateway:InternetGateway",
        "oci:Core/natGateway:NatGateway",
        "oci:Core/networkSecurityGroup:NetworkSecurityGroup",
        "oci:Core/serviceGateway:ServiceGateway",
        "oci:Core/vcn:Vcn",
    ];

    /// <summary>Whether data is lost with the resource.</summary>
    internal static bool HoldsData(PreviewResource resource) => Holding.Contains(resource.Type);

    /// <summary>Whether requests fail, or work stops, while the resource does not exist.</summary>
    internal static bool Serves(PreviewResource resource) => Serving.Contains(resource.Type);
}
