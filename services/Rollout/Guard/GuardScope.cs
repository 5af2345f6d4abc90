namespace ModelServing.Rollout.Guard;

/// <summary>The counts that a decision is based on. Each scope may cause half of the allowed false alarms.</summary>
public enum GuardScope
{
    /// <summary>The sum over all routers.</summary>
    Sum,

    /// <summary>One router's own counts, while the sum is unavailable. At most <see cref="GuardPolicy.RoutersMax"/> routers share half of
    /// the false alarms: each takes a number when it starts, and a router with a higher number does not decide.</summary>
    Local,
}
