using System.Net;
using ModelServing.Contracts;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The rules of an environment in the cloud that one value alone can't break. Paths are relative to the namespace.</summary>
internal static class CloudRules
{
    // The API Gateway waits at most 300 s for an answer; the router's own 504 has to arrive before.
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromSeconds(295);

    // Of what may reach the cluster's API: 65,536 addresses.
    private const int WidestPrefix = 16;

    internal static IEnumerable<SettingsFault> Check(StackSettings settings, CloudSettings cloud)
    {
        foreach (var fault in CheckModels(settings, cloud).Concat(CheckPhase(cloud)).Concat(CheckCluster(cloud.Cluster)).Concat(CheckFunctions(cloud.Functions)).Concat(CheckAlarms(cloud.Alarms)))
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
        if (cloud.Cache is { Shards: { } most, Nodes: var each } && most * each > 100)
            yield return Fault("cache.nodes", $"{most} shards of {each} nodes are {most * each}; a cache has 100 nodes at most");
        if (cloud.Gateway is { } gateway)
        {
            if (gateway.Issuers.Count is < 1 or > 5)
                yield return Fault("gateway.issuers", $"there are {gateway.Issuers.Count}; there have to be 1 to 5");
            if (gateway.Audiences.Count is < 1 or > 5)
                yield return Fault("gateway.audiences", $"there are {gateway.Audiences.Count}; there have to be 1 to 5");
        }

        // The gateway checks that a token is one; whose it is the routers alone do, by the role.
        if (cloud.Gateway is { AdminApi: true } && settings.Tokens?.Roles is not { Operators.Count: > 0 })
            yield return Fault("gateway.adminApi", "no token makes an operator, so that nobody could use it; give tokens.roles with a claim and operators");
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
        foreach (var image in ImageNames.All)
        {
            if (cloud.Images.DigestOf(image) is null)
                yield return Fault($"images.{image}", "missing: either every image is given or none");
        }

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
            var text = cluster.AllowedCidrs[i];
            if (!IPNetwork.TryParse(text, out var range) || range.ToString() != text)
                yield return Fault($"cluster.allowedCidrs[{i}]", $"{text} is no range: its address has bits outside of the prefix");
            else if (range.PrefixLength < WidestPrefix)
                yield return Fault($"cluster.allowedCidrs[{i}]", $"{text} is wider than a /{WidestPrefix}; name the addresses that need the cluster's API");
        }

        if (cluster.PublicEndpoint && cluster.AllowedCidrs.Count == 0)
            yield return Fault("cluster.allowedCidrs", "missing: with a public endpoint there have to be the addresses that may reach it");
    }

    private static IEnumerable<SettingsFault> CheckFunctions(FunctionStackSettings functions)
    {
        var sizes = string.Join(", ", FunctionStackSettings.Memories);
        if (!FunctionStackSettings.Memories.Contains(functions.MemoryInMbs))
            yield return Fault("functions.memoryInMbs", $"{functions.MemoryInMbs} is none of {sizes}");
        else if (functions.ProvisionedConcurrency % FunctionStackSettings.ProvisionedStep(functions.MemoryInMbs) is not 0)
            yield return Fault("functions.provisionedConcurrency", $"{functions.ProvisionedConcurrency} is no multiple of {FunctionStackSettings.ProvisionedStep(functions.MemoryInMbs)}, which OCI keeps ready at a time with {functions.MemoryInMbs} MB");
        if (!FunctionStackSettings.Memories.Contains(functions.LoaderMemoryInMbs))
            yield return Fault("functions.loaderMemoryInMbs", $"{functions.LoaderMemoryInMbs} is none of {sizes}");
        if (functions.Timeout.Ticks % TimeSpan.TicksPerSecond != 0)
            yield return Fault("functions.timeout", "is no whole number of seconds");
        if (functions.LoaderTimeout.Ticks % TimeSpan.TicksPerSecond != 0)
            yield return Fault("functions.loaderTimeout", "is no whole number of seconds");
        if (functions.LogDays % 30 != 0)
            yield return Fault("functions.logDays", $"{functions.LogDays} is none of 30, 60, 90, 120, 150 and 180");
    }

    private static IEnumerable<SettingsFault> CheckAlarms(AlarmSettings alarms)
    {
        if (alarms.Emails.Count > AlarmSettings.MostEmails)
            yield return Fault("alarms.emails", $"there are {alarms.Emails.Count}; there may be {AlarmSettings.MostEmails}");
        for (var i = 0; i < alarms.Emails.Count; i++)
        {
            if (alarms.Emails.Take(i).Contains(alarms.Emails[i], StringComparer.OrdinalIgnoreCase))
                yield return Fault($"alarms.emails[{i}]", $"{alarms.Emails[i]} stands there twice");
        }
    }

    private static SettingsFault Fault(string path, string message) => new(path, message, null);
}
