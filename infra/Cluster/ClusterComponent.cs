using Pulumi;
using Pulumi.Oci.ContainerEngine.Inputs;
using ContainerEngine = Pulumi.Oci.ContainerEngine;

namespace ModelServing.Infra.Cluster;

/// <summary>
/// The Kubernetes cluster of an environment: an enhanced OKE cluster (workload identity takes one) with pods on the VCN's own
/// addresses, one pool of nodes whose size is the autoscaler's, and the add-ons of <see cref="ClusterAddons"/>.
/// </summary>
public sealed class ClusterComponent : ComponentResource
{
    /// <summary>Makes the cluster.</summary>
    /// <exception cref="ArgumentException">An argument is missing or out of bounds.</exception>
    public ClusterComponent(string name, ClusterArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Cluster", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<ClusterArgs>().CheckedSizes();
        var network = args.Network;
        var tags = args.Names.Tags("cluster");
        var cluster = new ContainerEngine.Cluster(name, new ContainerEngine.ClusterArgs
        {
            CompartmentId = args.CompartmentId,
            Name = args.Names.NameOf("cluster"),
            Type = "ENHANCED_CLUSTER",
            KubernetesVersion = args.KubernetesVersion,
            VcnId = network.VcnId,
            ClusterPodNetworkOptions = [new ClusterClusterPodNetworkOptionArgs { CniType = "OCI_VCN_IP_NATIVE" }],
            EndpointConfig = new ClusterEndpointConfigArgs
            {
                SubnetId = network.ClusterEndpoint.SubnetId,
                NsgIds = [network.ClusterEndpoint.GroupId],
                IsPublicIpEnabled = args.IsEndpointPublic,
            },
            KmsKeyId = args.KmsKeyId,
            Options = new ClusterOptionsArgs
            {
                ServiceLbSubnetIds = [network.LoadBalancer.SubnetId],
                KubernetesNetworkConfig = new ClusterOptionsKubernetesNetworkConfigArgs { ServicesCidr = args.ServiceCidr },
                ServiceLbConfig = new ClusterOptionsServiceLbConfigArgs { FreeformTags = tags },
                PersistentVolumeConfig = new ClusterOptionsPersistentVolumeConfigArgs { FreeformTags = tags },
            },
            FreeformTags = tags,
        }, new CustomResourceOptions { Parent = this, DependsOn = args.KeyPolicy is null ? [] : [args.KeyPolicy] });
        ClusterId = cluster.Id;

        var pool = NodePool.Create(this, name, args, cluster.Id, tags);
        NodePoolId = pool.Id;
        ClusterAddons.Add(this, name, args, cluster.Id, pool);
        KubeConfig = Output.CreateSecret(ContainerEngine.GetClusterKubeConfig.Invoke(
            new ContainerEngine.GetClusterKubeConfigInvokeArgs
            {
                ClusterId = cluster.Id,
                TokenVersion = "2.0.0",
                Endpoint = args.IsEndpointPublic ? "PUBLIC_ENDPOINT" : "PRIVATE_ENDPOINT",
            },
            new InvokeOptions { Parent = this }).Apply(answer => answer.Content));
        RegisterOutputs(new Dictionary<string, object?> { ["clusterId"] = ClusterId, ["nodePoolId"] = NodePoolId });
    }

    /// <summary>The OCID of the cluster.</summary>
    public Output<string> ClusterId { get; }

    /// <summary>The OCID of the pool of nodes.</summary>
    public Output<string> NodePoolId { get; }

    /// <summary>A kubeconfig for the endpoint; whoever uses it needs the OCI CLI, which makes its short-lived tokens. A secret.</summary>
    public Output<string> KubeConfig { get; }
}
