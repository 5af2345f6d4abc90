using Pulumi;
using Pulumi.Oci.ContainerEngine.Inputs;
using ContainerEngine = Pulumi.Oci.ContainerEngine;

namespace ModelServing.Infra.Cluster;

/// <summary>
/// The Kubernetes cluster of an environment: an enhanced OKE cluster (workload identity requires one) whose pods have addresses of the
/// VCN, the pools of <see cref="NodePools"/>, and the add-ons of <see cref="ClusterAddons"/>.
/// </summary>
public sealed class ClusterComponent : ComponentResource
{
    /// <summary>What the cluster is called, after the names of project and environment.</summary>
    internal const string Key = "cluster";

    /// <exception cref="ArgumentException">An argument is missing or out of bounds.</exception>
    public ClusterComponent(string name, ClusterArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Cluster", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<ClusterArgs>().CheckedSizes();
        var network = args.Network;
        var tags = args.Names.Tags("cluster");
        var software = ClusterSoftware.Resolve(this, args);
        var cluster = new ContainerEngine.Cluster(name, new ContainerEngine.ClusterArgs
        {
            CompartmentId = args.CompartmentId,
            Name = args.Names.NameOf(Key),
            Type = "ENHANCED_CLUSTER",
            KubernetesVersion = software.KubernetesVersion,
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
        }, new CustomResourceOptions
        {
            Parent = this,
            Protect = args.DataProtection,
            DependsOn = args.KeyPolicy is null ? [] : [args.KeyPolicy],
            CustomTimeouts = ApplyTimes.Cluster,
        });
        ClusterId = cluster.Id;

        ClusterAddons.Add(this, name, args, cluster.Id, new NodePools(this, name, args, cluster.Id, software));
        KubeConfig = Output.CreateSecret(ContainerEngine.GetClusterKubeConfig.Invoke(
            new ContainerEngine.GetClusterKubeConfigInvokeArgs
            {
                ClusterId = cluster.Id,
                TokenVersion = "2.0.0",
                Endpoint = args.IsEndpointPublic ? "PUBLIC_ENDPOINT" : "PRIVATE_ENDPOINT",
            },
            new InvokeOptions { Parent = this }).Apply(result => result.Content));
        RegisterOutputs(new Dictionary<string, object?> { ["clusterId"] = ClusterId });
    }

    public Output<string> ClusterId { get; }

    /// <summary>A kubeconfig for the endpoint, a secret. Using it requires the OCI CLI, which creates its short-lived tokens.</summary>
    public Output<string> KubeConfig { get; }
}
