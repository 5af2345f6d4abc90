using ModelServing.OpenInference.Infer;

namespace ModelServing.OpenInference.Rest;

/// <summary>Reads the headers of an answer.</summary>
internal static class HttpHeaders
{
    internal static AnswerHeaders Read(HttpResponseMessage response)
    {
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated)
            all[name] = values.ToString();
        foreach (var (name, values) in response.Content.Headers.NonValidated)
            all[name] = values.ToString();
        return new(all);
    }

    /// <summary>Reads how long the server asks to wait; null if it does not ask.</summary>
    internal static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
