namespace ModelServing.OpenInference.Errors;

/// <summary>What an error below the protocol means.</summary>
internal static class TransportFaults
{
    internal static OpenInferenceException From(HttpRequestException e) => e.HttpRequestError switch
    {
        // Only connecting fails with these, so nothing was sent.
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.ProxyTunnelError =>
            new(CallFault.Unreachable, $"the server can't be reached: {e.Message}", e),
        HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded =>
            new(CallFault.MalformedAnswer, $"the answer is not HTTP: {e.Message}", e),
        _ => new(CallFault.ConnectionLost, $"the connection broke: {e.Message}", e),
    };

    internal static OpenInferenceException From(IOException e) =>
        new(CallFault.ConnectionLost, $"the answer was cut short: {e.Message}", e);

    internal static OpenInferenceException Malformed(string message, Exception? inner = null) =>
        new(CallFault.MalformedAnswer, $"this is not an answer of the protocol: {message}", inner);
}
