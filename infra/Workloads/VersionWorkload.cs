using System.Collections.Immutable;
using ModelServing.Contracts;
using Pulumi;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>One version of one model: its Deployment, headless Service, autoscaler and disruption budget, all with the same name.</summary>
internal static class VersionWorkload
{
    /// <summary>Creates them and returns those that the plan must wait for.</summary>
    internal static Resource[] Add(
        ClusterContext context,
        VersionArgs version,
        WorkloadsArgs args,
        K8s.Core.V1.ServiceAccount account,
        params ReadOnlySpan<Resource> after)
    {
        var drain = DrainTimes.OfInference(version.Deadline);
        var sources = Output.Tuple(args.Artifacts.ToOutput(), args.Cache.ToOutput(), args.PredictionStore.ToOutput());
        var pods = new HostPods
        {
            Name = ClusterNames.Version(version.Model, version.Version),
            Selector = ImmutableDictionary.CreateRange(new Dictionary<string, string>
            {
                ["app.kubernetes.io/name"] = ClusterNames.Inference,
                [ClusterNames.ModelLabel] = version.Model.Text,
                [ClusterNames.VersionLabel] = version.Version.ToString(),
            }),
            Image = version.Image,
            Environment = sources.Apply(locations => new InferenceSettings
            {
                Urls = HostPorts.Urls,
                LogFormat = LogFormat.Json,
                DrainTimeout = drain.Finish,
                Model = version.Model,
                Version = version.Version,
                Registry = locations.Item1,
                Cache = locations.Item2,
                Environment = context.Names.Environment,
                Oci = args.Oci,
                BatchRows = version.BatchRows,
                MaxRequestBytes = args.MaxRequestBytes,
                AccessLog = new AccessLogSettings { Sample = args.AccessLogSample },
                OtlpEndpoint = args.OtlpEndpoint,
                Predictions = version.Predictions is { } log ? log with { Store = locations.Item3, HashKey = null } : null,
            }.ToEnvironment()),
            ScrapedPort = args.AreScraped ? HostPorts.Http : null,
            Size = version.Size,
            Drain = drain,
            Account = account,
            Spool = PodSpool.For(version.Predictions, args),
        };

        var deployment = pods.AddDeployment(context, after);
        var autoscaler = pods.AddAutoscaler(context, deployment);
        pods.AddDisruptionBudget(context, deployment);
        return [deployment, autoscaler, HeadlessService.AddForVersion(context, version.Model, version.Version, pods, deployment)];
    }
}
