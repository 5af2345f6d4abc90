using System.Collections.Immutable;
using ModelServing.Contracts;
using Pulumi;
using Pulumi.Oci.ContainerEngine;
using Pulumi.Oci.ContainerEngine.Outputs;

namespace ModelServing.Infra.Cluster;

/// <summary>
/// The version of Kubernetes and the image of the nodes, compared with what OKE offers in the region before anything is created. What OKE
/// no longer offers is an error for a new cluster only: an existing one must still be able to change.
/// </summary>
/// <param name="NodeImageId">The OCID of the image.</param>
internal sealed record ClusterSoftware(Output<string> KubernetesVersion, Output<string> NodeImageId)
{
    // The most images that a message names.
    private const int MostNames = 5;

    /// <summary>Asks OKE. The outputs fail with an <see cref="ArgumentException"/> that names the valid values.</summary>
    internal static ClusterSoftware Resolve(Resource parent, ClusterArgs args)
    {
        if (!args.IsOffline)
            return new(Version(parent, args), Image(parent, args));
        var image = args.NodeImageId ?? $"<the newest OKE image for {args.KubernetesVersion} and {Architecture(args)}>";
        return new(Output.Create(args.KubernetesVersion), Output.Create(image));
    }

    private static Output<string> Version(Resource parent, ClusterArgs args)
    {
        var offer = GetClusterOption.Invoke(
            new GetClusterOptionInvokeArgs
            {
                ClusterOptionId = "all",
                CompartmentId = args.CompartmentId,
                ShouldListAllPatchVersions = true,
            },
            new InvokeOptions { Parent = parent });
        return offer.Apply(offered => offered.KubernetesVersions.Contains(args.KubernetesVersion)
            ? Output.Create(args.KubernetesVersion)
            : Present(parent, args).Apply(present =>
            {
                var message = $"cluster.kubernetesVersion is {args.KubernetesVersion}, which OKE does not offer here; "
                    + $"it offers {string.Join(", ", offered.KubernetesVersions)}";
                if (!present.Any(cluster => cluster.KubernetesVersion == args.KubernetesVersion))
                    throw new ArgumentException(message);
                Log.Warn($"{message}. The cluster has this version already; upgrade it soon", parent);
                return args.KubernetesVersion;
            }));
    }

    private static Output<string> Image(Resource parent, ClusterArgs args)
    {
        var offer = GetNodePoolOption.Invoke(
            new GetNodePoolOptionInvokeArgs
            {
                NodePoolOptionId = "all",
                CompartmentId = args.CompartmentId,
                NodePoolK8sVersion = args.KubernetesVersion,
                NodePoolOsArch = Architecture(args),
                ShouldListAllPatchVersions = true,
            },
            new InvokeOptions { Parent = parent });
        return offer.Apply(offered => args.NodeImageId is { } image
            ? Pinned(parent, args, image, offered.Sources)
            : Newest(offered.Sources, args).FirstOrDefault() is { } newest ? Output.Create(newest.ImageId) : Kept(parent, args));
    }

    // OKE no longer offers images for the version, so the nodes keep the one that they have.
    private static Output<string> Kept(Resource parent, ClusterArgs args)
    {
        var message = $"OKE offers no image of Oracle Linux for {args.KubernetesVersion} and {Architecture(args)}";
        return Present(parent, args).Apply(present => present.IsEmpty
            ? throw new ArgumentException($"{message}; set cluster.nodeImage")
            : GetNodePools
                .Invoke(
                    new GetNodePoolsInvokeArgs { CompartmentId = args.CompartmentId, ClusterId = present[0].Id },
                    new InvokeOptions { Parent = parent })
                .Apply(found =>
                {
                    var image = found.NodePools.SelectMany(static pool => pool.NodeSourceDetails).FirstOrDefault()?.ImageId
                        ?? throw new ArgumentException($"{message}; set cluster.nodeImage");
                    Log.Warn($"{message}. The nodes keep {image}; upgrade the cluster soon", parent);
                    return image;
                }));
    }

    private static Output<string> Pinned(
        Resource parent, ClusterArgs args, string image, ImmutableArray<GetNodePoolOptionSourceResult> sources)
    {
        if (sources.Any(source => source.ImageId == image))
            return Output.Create(image);
        return Present(parent, args).Apply(present =>
        {
            var names = Newest(sources, args).Take(MostNames).Select(static source => $"{source.SourceName} ({source.ImageId})");
            var message = $"cluster.nodeImage is {image}, which OKE does not offer for {args.KubernetesVersion} and "
                + $"{Architecture(args)}; it offers {string.Join(", ", names)}";
            if (present.IsEmpty)
                throw new ArgumentException(message);
            Log.Warn(message, parent);
            return image;
        });
    }

    private static IEnumerable<GetNodePoolOptionSourceResult> Newest(
        ImmutableArray<GetNodePoolOptionSourceResult> sources, ClusterArgs args) => NodeImageName.Newest(
            sources.Where(static source => source.SourceType == "IMAGE"),
            static source => source.SourceName,
            args.KubernetesVersion,
            args.IsArm);

    private static string Architecture(ClusterArgs args) => args.IsArm ? "AARCH64" : "X86_64";

    // The environment's cluster, if it exists.
    private static Output<ImmutableArray<GetClustersClusterResult>> Present(Resource parent, ClusterArgs args)
    {
        var name = args.Names.NameOf(ClusterComponent.Key);
        return GetClusters
            .Invoke(new GetClustersInvokeArgs { CompartmentId = args.CompartmentId, Name = name }, new InvokeOptions { Parent = parent })
            .Apply(found => found.Clusters
                .Where(cluster => cluster.Name == name && cluster.State is not ("DELETING" or "DELETED" or "FAILED"))
                .ToImmutableArray());
    }
}
