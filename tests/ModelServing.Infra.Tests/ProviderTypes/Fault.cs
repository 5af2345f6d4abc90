using System.Text.Json.Nodes;
using ModelServing.Infra.Tests.Rendering;

namespace ModelServing.Infra.Tests.ProviderTypes;

/// <summary>A mistake in the arguments of a resource, and the compiler's error.</summary>
/// <param name="Name">A description of the mistake, which is also the name of its file.</param>
/// <param name="Token">The type of the resource.</param>
/// <param name="Path">The path of the mistake, in the form of <see cref="JsonEdit"/>.</param>
/// <param name="Make">Makes the mistake at the path.</param>
/// <param name="Error">A part of the compiler's error.</param>
internal sealed record Fault(string Name, string Token, string Path, Action<JsonObject, string> Make, string Error)
{
    private const string Cluster = "oci:ContainerEngine/cluster:Cluster";
    private const string NodePool = "oci:ContainerEngine/nodePool:NodePool";
    private const string Deployment = "kubernetes:apps/v1:Deployment";
    private const string Autoscaler = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";

    internal static readonly IReadOnlyList<Fault> All =
    [
        new("oci-misspelt", "oci:Core/vcn:Vcn", "displayName", To("displayNam"), "'\"displayNam\"' does not exist in type 'VcnArgs'"),
        new(
            "oci-misspelt-below",
            Cluster,
            "endpointConfig.isPublicIpEnabled",
            To("isPublicIPEnabled"),
            "'\"isPublicIPEnabled\"' does not exist in type 'ClusterEndpointConfig "),
        new(
            "oci-misspelt-in-a-list",
            NodePool,
            "nodeConfigDetails.placementConfigs[0].faultDomain",
            Is("FAULT-DOMAIN-1"),
            "'\"faultDomain\"' does not exist in type 'Input<NodePoolNodeConfigDetailsPlacementConfig>'"),
        new(
            "oci-text-for-a-number",
            NodePool,
            "nodeShapeConfig.ocpus",
            Is("2"),
            "Type 'string' is not assignable to type 'Input<number | undefined>'"),
        new(
            "oci-number-for-a-text",
            "oci:ObjectStorage/objectLifecyclePolicy:ObjectLifecyclePolicy",
            "rules[0].timeAmount",
            Is(7),
            "Type 'number' is not assignable to type 'Input<string>'"),
        new(
            "oci-number-in-a-map",
            "oci:Core/vcn:Vcn",
            "freeformTags.environment",
            Is(1),
            "Type 'number' is not assignable to type 'Input<string>'"),
        new(
            "oci-one-for-a-list",
            "oci:Core/vcn:Vcn",
            "cidrBlocks",
            Is("10.0.0.0/16"),
            "Type 'string' is not assignable to type 'Input<Input<string>[] | undefined>'"),
        new("oci-missing", "oci:Core/vcn:Vcn", "compartmentId", Gone, "Property 'compartmentId' is missing"),
        new("oci-missing-below", "oci:Nosql/table:Table", "tableLimits.maxReadUnits", Gone, "Property 'maxReadUnits' is missing"),
        new("oci-provider-misspelt", "pulumi:providers:oci", "region", To("regio"), "'\"regio\"' does not exist in type 'ProviderArgs'"),
        new(
            "oci-query-misspelt",
            "oci:ObjectStorage/getObjects:getObjects",
            "prefix",
            To("prefx"),
            "'\"prefx\"' does not exist in type 'GetObjectsArgs'"),
        new("oci-query-missing", "oci:ObjectStorage/getObjects:getObjects", "bucket", Gone, "Property 'bucket' is missing"),
        new("kubernetes-misspelt", Deployment, "spec", To("specs"), "'\"specs\"' does not exist in type 'DeploymentArgs'"),
        new(
            "kubernetes-misspelt-below",
            Deployment,
            "spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem",
            To("readOnlyRootFileSystem"),
            "'\"readOnlyRootFileSystem\"' does not exist in type 'SecurityContext "),
        new("kubernetes-unknown", "kubernetes:core/v1:ConfigMap", "plan", Is("{}"), "'\"plan\"' does not exist in type 'ConfigMapArgs'"),
        new(
            "kubernetes-text-for-a-number",
            Deployment,
            "spec.template.spec.containers[0].ports[0].containerPort",
            Is("8080"),
            "Type 'string' is not assignable to type 'Input<number>'"),
        new(
            "kubernetes-text-for-a-flag",
            Deployment,
            "spec.template.spec.securityContext.runAsNonRoot",
            Is("true"),
            "Type 'string' is not assignable to type 'Input<boolean | undefined>'"),
        new(
            "kubernetes-missing-below",
            Deployment,
            "spec.template.spec.containers[0].livenessProbe.httpGet.port",
            Gone,
            "Property 'port' is missing"),
        new("kubernetes-missing-in-a-list", Autoscaler, "spec.metrics[0].type", Gone, "Property 'type' is missing"),
        new("kubernetes-another-kind", Deployment, "kind", Is("StatefulSet"), "Type '\"StatefulSet\"' is not assignable"),
        new("kubernetes-another-version", Autoscaler, "apiVersion", Is("autoscaling/v1"), "Type '\"autoscaling/v1\"' is not assignable"),
        new(
            "kubernetes-provider-misspelt",
            "pulumi:providers:kubernetes",
            "enableConfigMapMutable",
            To("enableConfigMapMutabl"),
            "'\"enableConfigMapMutabl\"' does not exist in type 'ProviderArgs'"),
    ];

    private static Action<JsonObject, string> To(string name) => (inputs, path) => inputs.Rename(path, name);

    private static Action<JsonObject, string> Is(JsonNode value) => (inputs, path) => inputs.Set(path, value);

    private static void Gone(JsonObject inputs, string path) => inputs.Take(path);
}
