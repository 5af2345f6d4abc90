namespace ModelServing.Inference.Memory;

/// <summary>The request's body did not arrive in the time that the request has.</summary>
internal sealed class BodyLateException(long received, TimeSpan limit)
    : Exception($"Only {received} bytes of the request body arrived within {limit.TotalMilliseconds:0} ms");
