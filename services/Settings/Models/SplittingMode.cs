namespace ModelServing.Settings.Models;

public enum SplittingMode
{
    /// <summary>The routers assign requests to variants.</summary>
    Router,

    /// <summary>The function TrafficSplitter does, and calls the routers.</summary>
    Function,
}
