using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record RouterNodeSettings
{
    [Setting("The smallest number of nodes of the routers, at least one for each availability domain.", Min = "1", Max = "1000")]
    public int Min { get; init; } = 1;

    [Setting("The largest number of nodes of the routers that the autoscaler creates.", Min = "1", Max = "1000")]
    public int Max { get; init; } = 3;
}
