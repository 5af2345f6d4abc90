using ModelServing.Infra.Network;
using Pulumi;

namespace ModelServing.Infra.Access;

public sealed class AccessArgs : ComponentArgs
{
    /// <summary>The OCID of the Bastion's subnet, whose security list lets it reach the Kubernetes API:
    /// <see cref="NetworkComponent.BastionSubnetId"/>.</summary>
    public required Input<string> SubnetId { get; init; }

    /// <summary>The addresses that may open sessions, at least one range.</summary>
    public required IReadOnlyList<string> AllowedCidrs { get; init; }

    internal AccessArgs CheckedRanges()
    {
        if (AllowedCidrs.Count == 0)
            throw new ArgumentException($"{nameof(AllowedCidrs)} is empty, so no address could open a session");
        foreach (var range in AllowedCidrs)
            AddressRange.ParseNarrow(range, nameof(AllowedCidrs));
        return this;
    }
}
