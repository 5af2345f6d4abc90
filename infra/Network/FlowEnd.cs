namespace ModelServing.Infra.Network;

/// <summary>One end of a flow: a security group, a range of addresses, or Oracle's services as the service gateway reaches them.</summary>
internal abstract record FlowEnd
{
    /// <summary>The end's part in the name of a rule.</summary>
    internal abstract string Key { get; }

    /// <summary>Everything in one network security group.</summary>
    internal sealed record GroupEnd(NetworkGroup Group) : FlowEnd
    {
        internal override string Key => Group.Slug();
    }

    internal sealed record RangeEnd(string Cidr) : FlowEnd
    {
        internal override string Key => Cidr == AddressRange.World ? "world" : Cidr.Replace('/', '-');
    }

    /// <summary>Oracle's services in the environment's region.</summary>
    internal sealed record OracleServicesEnd : FlowEnd
    {
        internal override string Key => "oracle-services";
    }

    public static implicit operator FlowEnd(NetworkGroup group) => new GroupEnd(group);
}
