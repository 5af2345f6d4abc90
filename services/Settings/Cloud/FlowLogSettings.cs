using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record FlowLogSettings
{
    [Setting("Whether only connections that the network's rules refuse are logged.")]
    public bool RefusedOnly { get; init; }

    [Setting("Of how many connections one is logged. 1 logs all.", Min = "1", Max = "100000")]
    public int OneIn { get; init; } = 1;

    [Setting("The number of days that the log is kept: 30, 60, 90, 120, 150 or 180.", Min = "30", Max = "180")]
    public int Days { get; init; } = 30;
}
