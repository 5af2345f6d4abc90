namespace ModelServing.Infra.Network;

/// <summary>Which connections of the network are logged, and for how long.</summary>
public sealed record FlowLogsArgs
{
    /// <summary>Whether only connections that the rules refuse are logged. False by default.</summary>
    public bool IsRefusedOnly { get; init; }

    /// <summary>Of how many connections one is logged, from 1 to 100,000. 1, the default, logs all.</summary>
    public int OneIn { get; init; } = 1;

    /// <summary>The number of days that records are kept: 30, 60, ... 180. 30 by default.</summary>
    public int RetentionDays { get; init; } = 30;

    internal void Check()
    {
        if (OneIn is < 1 or > 100_000)
            throw new ArgumentException($"{nameof(OneIn)} is {OneIn}; it must be from 1 to 100000");
        ServiceLogs.CheckRetention(RetentionDays);
    }
}
