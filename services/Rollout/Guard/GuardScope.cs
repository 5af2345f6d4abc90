namespace ModelServing.Rollout.Guard;

/// <summary>Whose counts a decision rests on. Each scope has half of the false alarms that are allowed.</summary>
public enum GuardScope
{
    /// <summary>The sum over all routers.</summary>
    Sum,

    /// <summary>One router's own counts, for when the sum can't be had. Half of the false alarms is shared by at most
    /// <see cref="GuardPolicy.RoutersMax"/> routers: each takes a number when it starts, and one with a higher number does not
    /// decide.</summary>
    Local,
}
