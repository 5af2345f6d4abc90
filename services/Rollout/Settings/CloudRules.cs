using ModelServing.Contracts;

namespace ModelServing.Rollout.Settings;

/// <summary>The rules of an environment in the cloud that one value alone can't break. Paths are relative to the namespace.</summary>
internal static class CloudRules
{
    // The API Gateway waits at most 300 s for an answer; the router's own 504 has to arrive before.
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromSeconds(295);

    internal static IEnumerable<SettingsFault> Check(StackSettings settings, CloudSettings cloud)
    {
        foreach (var fault in CheckModels(settings, cloud).Concat(CheckPhase(cloud)).Concat(CheckCluster(cloud.Cluster)))
            yield return fault;

        if (cloud.Router.Min > cloud.Router.Max)
            yield return Fault("router.min", $"{cloud.Router.Min} is above router.max, which is {cloud.Router.Max}");
        if (cloud.Inference.Min > cloud.Inference.Max)
            yield return Fault("inference.min", $"{cloud.Inference.Min} is above inference.max, which is {cloud.Inference.Max}");
        if (cloud.Cache.Mode == CacheMode.Sharded && cloud.Cache.Shards is null)
            yield return Fault("cache.shards", "missing: the odd number of a sharded cache's shards, 3 at the least");
        else if (cloud.Cache.Shards % 2 == 0)
            yield return Fault("cache.shards", $"{cloud.Cache.Shards} is even; a sharded cache has an odd number of shards, 3 at the least");
        if (cloud.Cache is { Mode: CacheMode.Nonsharded, Shards: not null })
            yield return Fault("cache.shards", "only a sharded cache has shards; take it out, or set cache.mode to sharded");
        if (cloud.Gateway is { LogDays: var days } && days % 30 != 0)
            yield return Fault("gateway.logDays", $"{days} is none of 30, 60, 90, 120, 150 and 180");
    }

    private static IEnumerable<SettingsFault> CheckModels(StackSettings settings, CloudSettings cloud)
    {
        foreach (var (name, model) in settings.Models)
        {
            if (!ClusterNames.MayNameService(name))
                yield return Fault($"models.{name}", $"in the cluster a Service is named after the model, and a Service's name begins with a letter; '{name}' does not");
            if (model.Deadline > LongestDeadline)
                yield return Fault($"models.{name}.deadline", $"the API Gateway waits for at most 300s; {LongestDeadline.TotalSeconds:0}s is the longest deadline");
            var pods = cloud.Inference.With(model.Pods);
            if (pods.Min > pods.Max && cloud.Inference.Min <= cloud.Inference.Max)
                yield return Fault($"models.{name}.pods.{(model.Pods.Min is null ? "max" : "min")}", $"at the least {pods.Min} pods are more than at most {pods.Max}");
        }
    }

    private static IEnumerable<SettingsFault> CheckPhase(CloudSettings cloud)
    {
        if (cloud.Images.AreEmpty)
            yield break;
        if (cloud.Images.Router is null)
            yield return Fault("images.router", "missing: either every image is given or none");
        if (cloud.Images.Inference is null)
            yield return Fault("images.inference", "missing: either every image is given or none");
        if (cloud.Registry is null)
            yield return Fault("registry", "missing: with images there have to be registry.user and registry.token, which pods pull them with");
        if (cloud.Gateway is null)
            yield return Fault("gateway", "missing: with images there has to be the gateway that the API is reached by");
    }

    private static IEnumerable<SettingsFault> CheckCluster(ClusterSettings cluster)
    {
        if (cluster.Nodes.Min > cluster.Nodes.Max)
            yield return Fault("cluster.nodes.min", $"{cluster.Nodes.Min} is above cluster.nodes.max, which is {cluster.Nodes.Max}");
        for (var i = 0; i < cluster.AllowedCidrs.Count; i++)
        {
            if (cluster.AllowedCidrs[i].EndsWith("/0", StringComparison.Ordinal))
                yield return Fault($"cluster.allowedCidrs[{i}]", $"{cluster.AllowedCidrs[i]} is the whole internet; name the addresses that need the cluster's API");
        }
    }

    private static SettingsFault Fault(string path, string message) => new(path, message, null);
}
