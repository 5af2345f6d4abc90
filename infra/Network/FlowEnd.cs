namespace ModelServing.Infra.Network;

/// <summary>One end of a flow: a group, a range of addresses, or Oracle's services as the service gateway reaches them.</summary>
internal abstract record FlowEnd
{
    /// <summary>What stands in the name of a rule.</summary>
    internal abstract string Key { get; }

    /// <summary>All with one network security group.</summary>
    internal sealed record OfGroup(NetworkGroup Group) : FlowEnd
    {
        internal override string Key => Group.Slug();
    }

    /// <summary>A range of addresses.</summary>
    internal sealed record OfRange(string Cidr) : FlowEnd
    {
        internal override string Key => Cidr == AddressRange.World ? "world" : Cidr.Replace('/', '-');
    }

    /// <summary>Oracle's services in this region.</summary>
    internal sealed record OfOracleServices : FlowEnd
    {
        internal override string Key => "oracle-services";
    }

    public static implicit operator FlowEnd(NetworkGroup group) => new OfGroup(group);
}
