using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Secrets;
using Pulumi;

namespace ModelServing.Infra.Workloads;

public sealed record RouterArgs
{
    /// <summary>The image, by digest.</summary>
    public required Input<string> Image { get; init; }

    public required PodSize Size { get; init; }

    /// <summary>The longest deadline of a request. A terminating pod still answers requests within it.</summary>
    public required TimeSpan LongestDeadline { get; init; }

    /// <summary>The journal's location: <see cref="RouterSettings.Journal"/>.</summary>
    public required Input<string> Journal { get; init; }

    /// <summary>How the routers log predictions, without the store's location and the key; null if they do not.</summary>
    public PredictionLogSettings? Predictions { get; init; }

    /// <summary>The OCID of the subnet of the internal load balancer.</summary>
    public required Input<string> LoadBalancerSubnetId { get; init; }

    /// <summary>The OCID of the internal load balancer's security group.</summary>
    public required Input<string> LoadBalancerGroupId { get; init; }

    /// <summary>Whether the internal load balancer also leads to the admin API, on <see cref="HostPorts.LoadBalancerAdmin"/>. False by
    /// default.</summary>
    public bool IsAdminBalanced { get; init; }

    /// <summary>The key of the function TrafficSplitter. With it, the routers listen on a port for that function, to which a load balancer
    /// of its own leads (<see cref="HostPorts.LoadBalancerSplit"/>). Null, the default, for no function.</summary>
    public VaultText? SplitKey { get; init; }

    /// <summary>The addresses from which that function calls. No other can connect to the port.</summary>
    public required string FunctionCidr { get; init; }
}
