using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>
/// Reads rendered objects of the cluster with the models of the Kubernetes client, as strictly as an API server with strict validation: an
/// unknown member is refused.
/// </summary>
internal static class ClusterObjects
{
    private const string Prefix = "kubernetes:";

    // core/v1 in a type's token is v1 in an object.
    private static readonly Dictionary<string, Type> Models = typeof(V1Pod).Assembly.GetExportedTypes()
        .Select(static type => (Type: type, Entity: type.GetCustomAttributes(typeof(KubernetesEntityAttribute), inherit: false)
            .Cast<KubernetesEntityAttribute>()
            .SingleOrDefault()))
        .Where(static model => model.Entity is not null && model.Type.IsAssignableTo(typeof(IKubernetesObject)))
        .ToDictionary(
            static model =>
                $"{Prefix}{(model.Entity!.Group.Length == 0 ? "core" : model.Entity.Group)}/{model.Entity.ApiVersion}:{model.Entity.Kind}",
            static model => model.Type);

    private static readonly JsonSerializerOptions Strict = StrictOptions();

    internal static IEnumerable<RenderedResource> OfCluster(this RenderedStack run) =>
        run.Resources.Where(static resource => resource.Type.StartsWith(Prefix, StringComparison.Ordinal));

    /// <summary>Reads an object whose Pulumi type is <paramref name="token"/>, as in <c>kubernetes:apps/v1:Deployment</c>.</summary>
    /// <exception cref="JsonException">It has an unknown member, or one of the wrong type; the message says where.</exception>
    internal static IKubernetesObject Read(string token, JsonObject json) =>
        (IKubernetesObject)json.Deserialize(
            Models.GetValueOrDefault(token) ?? throw new NotSupportedException($"Kubernetes does not have {token}"),
            Strict)!;

    /// <summary>Reads a part of an object.</summary>
    /// <exception cref="JsonException">It has an unknown member, or one of the wrong type; the message says where.</exception>
    internal static T Read<T>(JsonObject json) => json.Deserialize<T>(Strict)!;

    /// <summary>The JSON that the client would send.</summary>
    internal static JsonObject Write(object model) => JsonSerializer.SerializeToNode(model, model.GetType(), Strict)!.AsObject();

    internal static IReadOnlyList<T> Objects<T>(this RenderedStack run) =>
        [.. run.OfCluster().Select(static resource => Read(resource.Type, resource.Json())).OfType<T>()];

    /// <summary>The pods of a stack, each with the name of the object that creates it.</summary>
    internal static IReadOnlyList<(string Owner, V1PodTemplateSpec Pod)> Pods(this RenderedStack run) =>
    [
        .. run.OfCluster()
            .Select(static resource => (resource.Name, Pod(Read(resource.Type, resource.Json()))))
            .Where(static each => each.Item2 is not null)!,
    ];

    private static V1PodTemplateSpec? Pod(IKubernetesObject made) => made switch
    {
        V1Deployment deployment => deployment.Spec.Template,
        V1StatefulSet set => set.Spec.Template,
        V1DaemonSet set => set.Spec.Template,
        V1Job job => job.Spec.Template,
        V1CronJob job => job.Spec.JobTemplate.Spec.Template,
        V1Pod pod => new V1PodTemplateSpec { Metadata = pod.Metadata, Spec = pod.Spec },
        _ => null,
    };

    // The client's own converters, which it exposes only to callers that change its options.
    private static JsonSerializerOptions StrictOptions()
    {
        JsonSerializerOptions? options = null;
        KubernetesJson.AddJsonOptions(own => options = new JsonSerializerOptions(own)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        });
        return options!;
    }
}
