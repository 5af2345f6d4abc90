using ModelServing.Contracts;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The rules of an environment in the cloud that involve more than one value. Paths are relative to the namespace.</summary>
internal static class CloudRules
{
    // The API Gateway waits at most 300 s for an answer, and the router's own 504 must arrive before that.
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromSeconds(295);

    internal const string LogDays = "30, 60, 90, 120, 150, 180";

    internal static IEnumerable<SettingsFault> Check(StackSettings settings, CloudSettings cloud)
    {
        IEnumerable<SettingsFault>[] all =
        [
            CheckModels(settings, cloud), CheckPools(settings, cloud), CheckPhase(settings, cloud), CheckCluster(cloud.Cluster),
            CheckFunctions(cloud.Functions), AccessRules.Check(cloud),
            CheckAlarms(cloud.Alarms), CheckPods("router", cloud.Router), CheckPods("inference", cloud.Inference), CheckCache(cloud.Cache),
            CheckCosts(cloud.Costs), CheckReplication(cloud),
            CheckPredictions(settings, cloud.PredictionStore), cloud.Gateway is { } gateway ? CheckGateway(gateway, settings.Tokens) : [],
            CheckTelemetry(cloud.Telemetry), SplittingRules.Check(settings, cloud),
        ];
        return all.SelectMany(static faults => faults);
    }

    private static IEnumerable<SettingsFault> CheckPods(string path, PodSettings pods)
    {
        if (pods.Min > pods.Max)
            yield return Fault($"{path}.min", $"{pods.Min} is greater than {path}.max, which is {pods.Max}");
    }

    private static IEnumerable<SettingsFault> CheckCache(CacheStackSettings cache)
    {
        const string Rule = "a sharded cache needs an odd number of shards, at least 3";
        if (cache.Mode == CacheMode.Sharded && cache.Shards is null)
            yield return Fault("cache.shards", $"missing: {Rule}");
        else if (cache.Shards % 2 == 0)
            yield return Fault("cache.shards", $"{cache.Shards} is even; {Rule}");
        if (cache is { Mode: CacheMode.Nonsharded, Shards: not null })
            yield return Fault("cache.shards", "only a sharded cache has shards; remove this, or set cache.mode to sharded");
        if (cache is { Shards: { } shards, Nodes: var nodes } && shards * nodes > 100)
            yield return Fault("cache.nodes", $"{shards} shards of {nodes} nodes make {shards * nodes} nodes; the limit is 100");
    }

    private static IEnumerable<SettingsFault> CheckPredictions(StackSettings settings, PredictionStoreSettings store)
    {
        if (store.ExportDays < settings.Predictions.RetentionDays)
        {
            yield return Fault(
                "predictionStore.exportDays",
                $"records are kept for {settings.Predictions.RetentionDays} days, and their large tensors for {store.ExportDays}; "
                + "keep these for at least predictions.retentionDays");
        }
    }

    private static IEnumerable<SettingsFault> CheckGateway(GatewaySettings gateway, TokenSettings? tokens)
    {
        if (gateway.Issuers.Count is < 1 or > 5)
            yield return Fault("gateway.issuers", $"there are {gateway.Issuers.Count} issuers; there must be 1 to 5");
        if (gateway.Audiences.Count is < 1 or > 5)
            yield return Fault("gateway.audiences", $"there are {gateway.Audiences.Count} audiences; there must be 1 to 5");

        // The gateway only checks that a token is valid. The routers alone check its role.
        if (gateway.AdminApi && tokens?.Roles is not { Operators.Count: > 0 })
        {
            yield return Fault(
                "gateway.adminApi",
                "no token grants the role of an operator, so no one could use it; set tokens.roles with a claim and operators");
        }

        if (gateway.LogDays % 30 != 0)
            yield return Fault("gateway.logDays", $"{gateway.LogDays} is not one of {LogDays}");
    }

    private static IEnumerable<SettingsFault> CheckModels(StackSettings settings, CloudSettings cloud)
    {
        foreach (var (name, model) in settings.Models)
        {
            if (!ClusterNames.MayNameService(name))
            {
                yield return Fault(
                    $"models.{name}",
                    $"the cluster has a Service named after the model, and its name must start with a letter; '{name}' does not");
            }

            if (!ClusterNames.MayEndName(name))
                yield return Fault($"models.{name}", EndsWrongly("model", name));
            if (model.Deadline > LongestDeadline)
            {
                yield return Fault(
                    $"models.{name}.deadline",
                    $"the API Gateway waits at most 300s, so the longest deadline is {LongestDeadline.TotalSeconds:0}s");
            }

            var pods = cloud.Inference.With(model.Pods);
            if (pods.Min > pods.Max && cloud.Inference.Min <= cloud.Inference.Max)
                yield return Fault($"models.{name}.pods.{(model.Pods.Min is null ? "max" : "min")}", MinIsGreater(pods));
        }
    }

    private static IEnumerable<SettingsFault> CheckPools(StackSettings settings, CloudSettings cloud)
    {
        foreach (var (name, pool) in settings.Pools)
        {
            if (!ClusterNames.MayEndName(name))
                yield return Fault($"pools.{name}", EndsWrongly("pool", name));
            var pods = cloud.Inference.With(pool);
            if (pods.Min > pods.Max && cloud.Inference.Min <= cloud.Inference.Max)
                yield return Fault($"pools.{name}.{(pool.Min is null ? "max" : "min")}", MinIsGreater(pods));
        }
    }

    private static string MinIsGreater(PodSettings pods) => $"the minimum of {pods.Min} pods is greater than the maximum of {pods.Max}";

    private static string EndsWrongly(string what, ModelName name) =>
        $"the cluster has objects named after the {what}, and its name must end with a letter or a digit; '{name}' does not";

    private static IEnumerable<SettingsFault> CheckPhase(StackSettings settings, CloudSettings cloud)
    {
        if (cloud.Phase == StackPhase.Foundation)
            yield break;
        if (cloud.AllowGoingBack)
            yield return Fault("allowGoingBack", "only the apply that goes back to phase: foundation needs this; remove it");
        if (cloud.Images.AreEmpty)
        {
            yield return Fault(
                "images",
                "missing: phase is all, which needs them; 'ms images push' writes them. Set phase to foundation only for the first apply "
                + "of a new environment");
            yield break;
        }

        foreach (var image in ImageNames.All)
        {
            if (cloud.Images.DigestOf(image) is not null)
                continue;
            var path = $"images.{ImageNames.SettingOf(image)}";
            if (image == ImageNames.FeatureServer && settings.Features.Views.Count > 0)
                yield return Fault(path, "missing: set it, or remove features.views");
            else if (image == ImageNames.Jobs && cloud.HasExport(settings))
                yield return Fault(path, "missing: set it, or predictionStore.export.enabled to false");
            else if (image == ImageNames.Jobs && settings.Features.Views.Count > 0)
                yield return Fault(path, "missing: set it, or remove features.views, which need it for a rebuild");
            else if (image is not (ImageNames.FeatureServer or ImageNames.Jobs))
                yield return Fault(path, "missing: phase is all, which needs every image");
        }

        if (cloud.Registry is null)
            yield return Fault("registry", "missing: phase is all, and pods need registry.user and registry.token to pull images");
        if (cloud.Gateway is null)
            yield return Fault("gateway", "missing: phase is all, and callers need the gateway to reach the API");
    }

    private static IEnumerable<SettingsFault> CheckReplication(CloudSettings cloud)
    {
        if (cloud.Replication?.Region == cloud.Region)
            yield return Fault("replication.region", $"{cloud.Region} is the environment's own region; a copy there is lost with it");
    }

    private static IEnumerable<SettingsFault> CheckCosts(CostSettings costs)
    {
        if (costs is { CreateTags: true, TagNamespace: null })
            yield return Fault("costs.createTags", "there are no tags to make: set costs.tagNamespace, or remove this");
        if (costs.Budget is { Emails.Count: 0 })
            yield return Fault("costs.budget.emails", "this is empty; a budget without an address tells no one");
    }

    private static IEnumerable<SettingsFault> CheckCluster(ClusterSettings cluster)
    {
        if (cluster.Nodes.Min > cluster.Nodes.Max)
            yield return Fault("cluster.nodes.min", $"{cluster.Nodes.Min} is greater than cluster.nodes.max, which is {cluster.Nodes.Max}");
        if (cluster.Nodes.Min < cluster.Nodes.AvailabilityDomains)
        {
            yield return Fault(
                "cluster.nodes.min",
                $"{cluster.Nodes.Min} is less than cluster.nodes.availabilityDomains, which is {cluster.Nodes.AvailabilityDomains}; each "
                + "domain has at least one node");
        }
    }

    private static IEnumerable<SettingsFault> CheckFunctions(FunctionStackSettings functions)
    {
        const string WholeSeconds = "this must be a whole number of seconds";
        foreach (var fault in FunctionSizeRules.Check("functions.", functions.MemoryInMbs, functions.ProvisionedConcurrency)
            .Concat(FunctionSizeRules.CheckMemory("functions.loaderMemoryInMbs", functions.LoaderMemoryInMbs)))
            yield return fault;
        if (functions.Timeout.Ticks % TimeSpan.TicksPerSecond != 0)
            yield return Fault("functions.timeout", WholeSeconds);
        if (functions.LoaderTimeout.Ticks % TimeSpan.TicksPerSecond != 0)
            yield return Fault("functions.loaderTimeout", WholeSeconds);
        if (functions.LogDays % 30 != 0)
            yield return Fault("functions.logDays", $"{functions.LogDays} is not one of {LogDays}");
    }

    private static IEnumerable<SettingsFault> CheckTelemetry(TelemetrySettings telemetry)
    {
        if (telemetry.PodLogDays % 30 is not (null or 0))
            yield return Fault("telemetry.podLogDays", $"{telemetry.PodLogDays} is not one of {LogDays}");
    }

    private static IEnumerable<SettingsFault> CheckAlarms(AlarmSettings alarms)
    {
        if (alarms.Emails.Count > AlarmSettings.MaxEmails)
            yield return Fault("alarms.emails", $"there are {alarms.Emails.Count} addresses; the limit is {AlarmSettings.MaxEmails}");
        for (var i = 0; i < alarms.Emails.Count; i++)
        {
            if (alarms.Emails.Take(i).Contains(alarms.Emails[i], StringComparer.OrdinalIgnoreCase))
                yield return Fault($"alarms.emails[{i}]", $"{alarms.Emails[i]} is listed twice");
        }
    }

    private static SettingsFault Fault(string path, string message) => new(path, message, null);
}
