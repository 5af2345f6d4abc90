using Pulumi;

namespace ModelServing.Infra;

/// <summary>
/// How long the engine waits for resources that take long: what they take at worst, computed from their sizes. A resource that takes longer
/// fails the apply, although the cloud may still be at work on it. A test compares the sum with the time that the deploy workflow has.
/// </summary>
internal static class ApplyTimes
{
    /// <summary>From the request for a node until it is ready. Oracle advises autoscalers to wait for so long.</summary>
    internal static readonly TimeSpan NodeProvision = TimeSpan.FromMinutes(25);

    /// <summary>How long OKE tries to evict the pods of a node, its longest. Then it goes on without their consent.</summary>
    internal static readonly TimeSpan NodeEviction = TimeSpan.FromMinutes(60);

    /// <summary>How long a host may take until its first answer. A version loads its artifact in that time.</summary>
    internal static readonly TimeSpan StartUp = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan ImagePull = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan VolumeMove = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    /// <summary>How much longer a pod takes until it is ready for each version of its pool: a processor second or less to open a small
    /// one, of which the pod may get a part only.</summary>
    internal static readonly TimeSpan OpeningOne = TimeSpan.FromSeconds(2);

    /// <summary>From the creation of a pod until it is ready, if it needs a new node.</summary>
    internal static TimeSpan PodReady => NodeProvision + ImagePull + StartUp;

    /// <summary>The control plane. An update may be an upgrade of Kubernetes.</summary>
    internal static CustomTimeouts Cluster =>
        new() { Create = TimeSpan.FromHours(1), Update = TimeSpan.FromHours(2), Delete = TimeSpan.FromHours(1) };

    internal static CustomTimeouts Addon =>
        new() { Create = TimeSpan.FromMinutes(30), Update = TimeSpan.FromMinutes(30), Delete = TimeSpan.FromMinutes(30) };

    /// <summary>A Service, which may need a new load balancer.</summary>
    internal static CustomTimeouts Service =>
        new() { Create = TimeSpan.FromMinutes(30), Update = TimeSpan.FromMinutes(30), Delete = TimeSpan.FromMinutes(30) };

    /// <summary>A pool of up to <paramref name="mostNodes"/> nodes.</summary>
    /// <param name="mostNodes">The most nodes that it has.</param>
    /// <param name="isCycling">Whether an update replaces all nodes, a surge at a time. Otherwise it may move them, all at
    /// once.</param>
    internal static CustomTimeouts NodePool(int mostNodes, bool isCycling)
    {
        var round = NodeProvision + NodeEviction;
        return new CustomTimeouts
        {
            // A node that fails is made again.
            Create = NodeProvision * 2 + Margin,
            Update = (isCycling ? Surge.Rounds(mostNodes) * round : round) + Margin,
            Delete = NodeEviction + NodeProvision + Margin,
        };
    }

    /// <summary>A Deployment of up to <paramref name="mostPods"/> pods. An update replaces a surge at a time.</summary>
    /// <param name="mostPods">The most pods that its autoscaler creates.</param>
    /// <param name="grace">The time that a pod has to end.</param>
    /// <param name="opening">The time that a pod takes longer than <see cref="PodReady"/>.</param>
    internal static CustomTimeouts Deployment(int mostPods, TimeSpan grace, TimeSpan opening = default) => new()
    {
        Create = PodReady + opening + Margin,
        Update = Surge.Rounds(mostPods) * (PodReady + opening + grace) + Margin,
        Delete = grace + Margin,
    };

    /// <summary>A StatefulSet of one pod. The present pod ends before the next one starts, and the volume moves between them.</summary>
    /// <param name="grace">The time that the pod has to end.</param>
    internal static CustomTimeouts StatefulSet(TimeSpan grace) => new()
    {
        Create = VolumeMove + PodReady + Margin,
        Update = grace + VolumeMove + PodReady + Margin,
        Delete = grace + Margin,
    };
}
