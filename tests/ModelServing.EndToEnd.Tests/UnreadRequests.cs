using System.Globalization;

namespace ModelServing.EndToEnd.Tests;

/// <summary>Requests that a stopped process has not read.</summary>
internal static class UnreadRequests
{
    /// <summary>Waits until a number of requests to a port are unread.</summary>
    internal static Task AreAsync(int count, int port) =>
        Until.TrueAsync(() => At(port) >= count, () => $"{count} requests never waited at port {port}, but {At(port)}");

    /// <summary>Counts the connections to a port whose receiver has unread bytes. The table has a line for each: "local remote state
    /// tx:rx".</summary>
    private static int At(int port)
    {
        var local = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return File.ReadLines("/proc/net/tcp").Skip(1).Count(line =>
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var address, _, "01", var queues, ..] &&
            address.EndsWith(local, StringComparison.Ordinal) && !queues.EndsWith(":00000000", StringComparison.Ordinal));
    }
}
