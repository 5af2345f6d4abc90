using System.Net;
using Microsoft.Extensions.Logging;

namespace ModelServing.Router.Splitting;

internal static partial class SplitLog
{
    [LoggerMessage(90, LogLevel.Warning,
        "A connection from {Address} to the port of TrafficSplitter was closed: only {Sources} may open one. If the function has that "
        + "address, the load balancer does not pass on where connections come from")]
    internal static partial void ForeignSource(ILogger logger, IPAddress address, IPNetwork sources);
}
