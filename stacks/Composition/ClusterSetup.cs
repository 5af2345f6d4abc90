using ModelServing.Contracts;
using ModelServing.Infra.Access;
using ModelServing.Infra.Cluster;
using ModelServing.Infra.Identity;
using ModelServing.Infra.Images;
using ModelServing.Infra.Network;
using ModelServing.Settings.Cloud;
using Pulumi;

namespace ModelServing.Stacks.Composition;

/// <summary>The network, the way into it, the cluster in it, and the repositories of the images that run in the cluster.</summary>
internal static class ClusterSetup
{
    internal static NetworkComponent Network(StackContext context)
    {
        var cloud = context.Cloud;
        return new NetworkComponent("network", new NetworkArgs
        {
            Names = context.Names,
            CompartmentId = cloud.Compartment,
            RouterPort = HostPorts.LoadBalancer,
            RouterAdminPort = context.AdminPort,
            RouterSplitPort = context.Splitter is null ? null : HostPorts.LoadBalancerSplit,
            IsClusterEndpointPublic = cloud.Cluster.PublicEndpoint,
            ClusterEndpointAllowedCidrs = cloud.Cluster.AllowedCidrs,
            InternetEgress = cloud.Network.InternetEgress,
            IsEgressByGroup = cloud.Cluster.RouterNodes is not null,
            FlowLogs = cloud.Network.FlowLogs is { } logs
                ? new FlowLogsArgs { IsRefusedOnly = logs.RefusedOnly, OneIn = logs.OneIn, RetentionDays = logs.Days }
                : null,
            VcnCidr = cloud.Network.Cidr,
            ClusterEndpointCidr = Part("0.0/28"),
            GatewayCidr = Part("1.0/26"),
            LoadBalancerCidr = Part("1.64/26"),
            CacheCidr = Part("1.128/25"),
            NodeCidr = Part("2.0/24"),
            FunctionCidr = Part("3.0/24"),
            PodCidr = Part("32.0/19"),
            BastionCidr = cloud.Cluster.Access == ClusterAccess.Bastion ? Part("4.0/28") : null,
            RunnerCidr = cloud.Cluster.Access == ClusterAccess.Runner ? Part("4.16/28") : null,
        }, context.InRegion());

        // The network is a /16, so every part of it begins with the same two numbers.
        string Part(string rest) => string.Join('.', cloud.Network.Cidr.Split('.').Take(2)) + "." + rest;
    }

    /// <summary>The way to the cluster for people; null without one.</summary>
    internal static AccessComponent? Access(StackContext context, NetworkComponent network) => network.BastionSubnetId is { } subnet
        ? new AccessComponent("access", new AccessArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            SubnetId = subnet,
            AllowedCidrs = context.Cloud.Cluster.BastionAllowedCidrs,
        }, context.InRegion())
        : null;

    internal static ClusterComponent Cluster(StackContext context, NetworkComponent network, ServicePolicies services)
    {
        var cloud = context.Cloud;
        var nodes = cloud.Cluster.Nodes;
        return new ClusterComponent("cluster", new ClusterArgs
        {
            Names = context.Names,
            CompartmentId = cloud.Compartment,
            Network = network,
            KubernetesVersion = cloud.Cluster.KubernetesVersion,
            NodeImageId = cloud.Cluster.NodeImage,
            IsArm = nodes.AreArm,
            IsOffline = context.IsOffline,
            IsEndpointPublic = cloud.Cluster.PublicEndpoint,
            AvailabilityDomains = nodes.AvailabilityDomains,
            NodeShape = nodes.Shape,
            NodeOcpus = nodes.Ocpus,
            NodeMemoryGbs = nodes.MemoryInGbs,
            MinNodes = nodes.Min,
            MaxNodes = nodes.Max,
            CyclesNodes = nodes.Cycling,
            SystemNodes = cloud.Cluster.SystemNodes.Count,
            SystemNodeOcpus = cloud.Cluster.SystemNodes.Ocpus,
            SystemNodeMemoryGbs = cloud.Cluster.SystemNodes.MemoryInGbs,
            RouterNodes = cloud.Cluster.RouterNodes is { } routers ? (routers.Min, routers.Max) : null,
            KmsKeyId = context.KmsKeyId,
            DataProtection = context.Cloud.DataProtection,
            KeyPolicy = services.ClusterKey is { } policy ? (Input<Resource>)policy : null,
        }, context.InRegion());
    }

    internal static ImagesComponent Images(StackContext context) => new("images", new ImagesArgs
    {
        Names = context.Names,
        CompartmentId = context.Cloud.Compartment,
        Region = context.Cloud.Region,
        Programs = ImageNames.All,
    }, context.InRegion());
}
