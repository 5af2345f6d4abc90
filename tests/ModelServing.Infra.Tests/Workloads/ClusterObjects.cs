using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Workloads;

/// <summary>
/// Reads rendered objects of the cluster by the Kubernetes client's own models, as strictly as an API server that is asked to: what a model
/// has no member for is refused.
/// </summary>
internal static class ClusterObjects
{
    private const string Prefix = "kubernetes:";

    // What core/v1 is in a type's token is v1 in an object.
    private static readonly Dictionary<string, Type> Models = typeof(V1Pod).Assembly.GetExportedTypes()
        .Select(static type => (Type: type, Entity: type.GetCustomAttributes(typeof(KubernetesEntityAttribute), inherit: false).Cast<KubernetesEntityAttribute>().SingleOrDefault()))
        .Where(static model => model.Entity is not null && model.Type.IsAssignableTo(typeof(IKubernetesObject)))
        .ToDictionary(static model => $"{Prefix}{(model.Entity!.Group.Length == 0 ? "core" : model.Entity.Group)}/{model.Entity.ApiVersion}:{model.Entity.Kind}", static model => model.Type);

    private static readonly JsonSerializerOptions Strict = StrictOptions();

    /// <summary>The objects that go into the cluster.</summary>
    internal static IEnumerable<RenderedResource> OfCluster(this RenderedStack run) =>
        run.Resources.Where(static resource => resource.Type.StartsWith(Prefix, StringComparison.Ordinal));

    /// <summary>Reads an object of the type that Pulumi has as <paramref name="token"/>, as in <c>kubernetes:apps/v1:Deployment</c>.</summary>
    /// <exception cref="JsonException">It has a member that there is not, or one of another type; the message names its place.</exception>
    internal static IKubernetesObject Read(string token, JsonObject json) =>
        (IKubernetesObject)json.Deserialize(Models.GetValueOrDefault(token) ?? throw new NotSupportedException($"Kubernetes has no {token}"), Strict)!;

    /// <summary>Reads a part of an object.</summary>
    /// <exception cref="JsonException">As in the other.</exception>
    internal static T Read<T>(JsonObject json) => json.Deserialize<T>(Strict)!;

    /// <summary>What the client would send.</summary>
    internal static JsonObject Write(object model) => JsonSerializer.SerializeToNode(model, model.GetType(), Strict)!.AsObject();

    /// <summary>The objects of one kind.</summary>
    internal static IReadOnlyList<T> Objects<T>(this RenderedStack run) => [.. run.OfCluster().Select(static resource => Read(resource.Type, resource.Json())).OfType<T>()];

    /// <summary>The pods that objects of a stack make, each with the name of what makes it.</summary>
    internal static IReadOnlyList<(string Owner, V1PodTemplateSpec Pod)> Pods(this RenderedStack run) =>
    [
        .. run.OfCluster().Select(static resource => (resource.Name, Pod(Read(resource.Type, resource.Json())))).Where(static each => each.Item2 is not null)!,
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

    // The client's own converters, which it shows to no one but who changes them.
    private static JsonSerializerOptions StrictOptions()
    {
        JsonSerializerOptions? options = null;
        KubernetesJson.AddJsonOptions(own => options = new JsonSerializerOptions(own) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow });
        return options!;
    }
}
