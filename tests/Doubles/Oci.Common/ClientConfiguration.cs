using Oci.Common.Retry;

namespace Oci.Common;

public class ClientConfiguration
{
    public int TimeoutMillis { get; set; } = 100_000;

    public long ResponseContentBufferBytes { get; set; } = int.MaxValue;

    public string ClientUserAgent { get; set; }

    public RetryConfiguration RetryConfiguration { get; set; }
}
