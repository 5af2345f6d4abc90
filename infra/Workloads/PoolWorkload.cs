using System.Collections.Immutable;
using System.Text;
using ModelServing.Contracts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>
/// The pods that serve one document of a pool: a Deployment, an autoscaler, a disruption budget and the ConfigMap with the document, all
/// with the same name; and the headless Service of each version, whose name does not depend on where the version runs.
/// </summary>
/// <remarks>
/// Another document has another name, so Pulumi creates its objects beside the former ones:
/// <code>
/// 1. the new pods start, and are ready once they have opened their versions
/// 2. the Services of their versions select them, and so no longer the former pods, or the pods that a version had for itself
/// 3. the plan names the new versions, and no longer those that go
/// 4. the former Deployment is deleted, and its pods serve until every router knows (<see cref="DrainTimes"/>)
/// </code>
/// One Deployment that is updated could not do this: a version that comes must be served before step 3, and one that goes until then.
/// </remarks>
internal static class PoolWorkload
{
    /// <summary>Creates them and returns those that the plan must wait for.</summary>
    internal static Resource[] Add(
        ClusterContext context, PoolArgs pool, WorkloadsArgs args, K8s.Core.V1.ServiceAccount account, params ReadOnlySpan<Resource> after)
    {
        var pods = PodsOf(context, pool, args, account);
        var document = new K8s.Core.V1.ConfigMap(pods.Name, new ConfigMapArgs
        {
            Metadata = context.Metadata(pods.Name, pods.Labels),
            Data = new InputMap<string> { [ClusterNames.ModelPoolKey] = Encoding.UTF8.GetString(pool.Document.ToUtf8()) },
        }, context.Options(account));
        var deployment = pods.AddDeployment(context, [document, .. after]);
        var autoscaler = pods.AddAutoscaler(context, deployment);
        pods.AddDisruptionBudget(context, deployment);
        return
        [
            deployment,
            autoscaler,
            .. pool.Document.Versions.Select(version =>
                HeadlessService.AddForVersion(context, version.Model, version.Version, pods, deployment, autoscaler)),
        ];
    }

    private static HostPods PodsOf(ClusterContext context, PoolArgs pool, WorkloadsArgs args, K8s.Core.V1.ServiceAccount account)
    {
        var drain = DrainTimes.OfInference(pool.Deadline);
        var opening = ApplyTimes.OpeningOne * pool.Document.Versions.Count;
        var sources = Output.Tuple(args.Artifacts.ToOutput(), args.Cache.ToOutput(), args.PredictionStore.ToOutput());
        var name = ClusterNames.ModelPool(pool.Document);
        return new HostPods
        {
            Name = name,
            Selector = ImmutableDictionary.CreateRange(new Dictionary<string, string>
            {
                ["app.kubernetes.io/name"] = ClusterNames.Inference,
                [ClusterNames.ModelPoolLabel] = pool.Document.Name.Text,
                [ClusterNames.PoolDocumentLabel] = pool.Document.Digest,
            }),
            Image = pool.Image,
            Environment = sources.Apply(locations => new InferenceSettings
            {
                Urls = HostPorts.Urls,
                LogFormat = LogFormat.Json,
                DrainTimeout = drain.Finish,
                Pool = HostSources.File(MountPaths.Pool),
                PoolState = MountPaths.PoolState,
                // An apply fails for a version that does not open, as it does if the version has pods of its own. Pods that start later, on
                // other nodes, serve the others in the end.
                PoolPatience = ApplyTimes.Deployment(pool.Size.Max, drain.Grace, opening).Create!.Value,
                Registry = locations.Item1,
                Cache = locations.Item2,
                Environment = context.Names.Environment,
                Oci = args.Oci,
                MaxRequestBytes = args.MaxRequestBytes,
                AccessLog = new AccessLogSettings { Sample = args.AccessLogSample },
                OtlpEndpoint = args.OtlpEndpoint,
                Predictions = pool.Predictions is { } log ? log with { Store = locations.Item3, HashKey = null } : null,
            }.ToEnvironment()),
            ScrapedPort = args.AreScraped ? HostPorts.Http : null,
            Size = pool.Size,
            Drain = drain,
            Opening = opening,
            Account = account,
            Folder = PodFolder.OfConfigMap("pool", name, MountPaths.PoolFolder),
            Spool = PodSpool.For(pool.Predictions, args),
        };
    }
}
