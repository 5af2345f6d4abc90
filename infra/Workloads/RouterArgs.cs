using ModelServing.Contracts;
using Pulumi;

namespace ModelServing.Infra.Workloads;

/// <summary>The routers.</summary>
public sealed record RouterArgs
{
    /// <summary>The image, by digest.</summary>
    public required Input<string> Image { get; init; }

    /// <summary>Their pods.</summary>
    public required PodSize Size { get; init; }

    /// <summary>The longest deadline of a request, which a leaving pod still answers.</summary>
    public required TimeSpan LongestDeadline { get; init; }

    /// <summary>Where they find the journal: <see cref="RouterSettings.Journal"/>.</summary>
    public required Input<string> Journal { get; init; }

    /// <summary>The OCID of the subnet of the internal load balancer.</summary>
    public required Input<string> LoadBalancerSubnetId { get; init; }

    /// <summary>The OCID of the internal load balancer's own security group.</summary>
    public required Input<string> LoadBalancerGroupId { get; init; }

    /// <summary>Whether the internal load balancer leads to the admin API too, on <see cref="HostPorts.LoadBalancerAdmin"/>. Off by default.</summary>
    public bool IsAdminBalanced { get; init; }
}
