using System.Collections.ObjectModel;
using Oci.Common.Waiters;

namespace Oci.Common.Retry;

/// <summary>Selects the responses after which a request is retried. Connection errors are not retried, and Retry-After is
/// ignored.</summary>
public class RetryConfiguration : WaiterConfiguration
{
    public static readonly bool isDefaultRetryEnabled =
        bool.TryParse(Environment.GetEnvironmentVariable("OCI_SDK_DEFAULT_RETRY_ENABLED"), out var enabled) && enabled;

    private static readonly int[] RetryableStatuses = [429, 500, 502, 503, 504, 505, 506, 507, 508, 510, 511];

    public int TotalElapsedTimeInSecs { get; set; } = 600;

    public List<int> RetryableStatusCodeFamilies { get; set; } = [];

    public Collection<Tuple<int, string>> RetryableErrors { get; set; } =
        [new(409, "IncorrectState"), .. RetryableStatuses.Select(static status => new Tuple<int, string>(status, ""))];
}
