using System.Collections.Immutable;
using ModelServing.Contracts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>One version of one model: its Deployment, headless Service, autoscaler and disruption budget, all of one name.</summary>
internal static class VersionWorkload
{
    /// <summary>Makes them, and gives those that the plan has to wait for.</summary>
    internal static Resource[] Add(ClusterContext place, VersionArgs version, WorkloadsArgs args, K8s.Core.V1.ServiceAccount account)
    {
        var drain = DrainTimes.OfInference(version.Deadline);
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
            Environment = Output.Tuple(args.Artifacts.ToOutput(), args.Cache.ToOutput()).Apply(known => new InferenceSettings
            {
                Urls = HostPorts.Urls,
                LogFormat = LogFormat.Json,
                DrainTimeout = drain.Finish,
                Model = version.Model,
                Version = version.Version,
                Registry = known.Item1,
                Cache = known.Item2,
                Environment = place.Names.Environment,
                Oci = HostPods.Oci(args.Region),
                MaxRequestBytes = args.MaxRequestBytes,
            }.ToEnvironment()),
            Size = version.Size,
            Drain = drain,
            Account = account,
            // Workload identity: it reads its artifact from the bucket.
        };

        // The Service comes first, so that it goes last: its name stands as long as a leaving pod answers. It would wait for pods that
        // wait for it, hence the annotation.
        var service = new K8s.Core.V1.Service(pods.Name, new ServiceArgs
        {
            Metadata = place.Metadata(pods.Name, pods.Labels, new InputMap<string> { ["pulumi.com/skipAwait"] = "true" }),
            Spec = new ServiceSpecArgs
            {
                ClusterIP = "None",
                Selector = pods.Labels,
                Ports = [new ServicePortArgs { Name = HostPorts.HttpName, Port = HostPorts.Http, TargetPort = HostPorts.HttpName, Protocol = "TCP" }],
            },
        }, place.Options(account));
        var deployment = pods.AddDeployment(place, service);
        var autoscaler = pods.AddAutoscaler(place, deployment);
        pods.AddDisruptionBudget(place, deployment);
        return [deployment, autoscaler];
    }
}
