using System.Net;
using System.Reflection;
using ModelServing.Oci.Identity;
using ModelServing.Registry;
using Newtonsoft.Json;
using Oci.Common.Model;

namespace ModelServing.Oci.Calls;

/// <summary>The reason why a request failed. This is the one place that interprets the SDK's exceptions.</summary>
internal sealed class ServiceFailure : Exception
{
    // The SDK's namespace of identities, as it begins a line of a stack trace after "at".
    private const string SdkIdentities = " Oci.Common.Auth.";

    private const string ObjectNotFound = "ObjectNotFound";
    private const string ConcurrentUpdate = "ConcurrentObjectUpdate";

    private ServiceFailure(string message, Exception? cause)
        : base(message, cause)
    {
    }

    /// <summary>The status of the response; null if there was no response, or none that the SDK could read.</summary>
    internal HttpStatusCode? Status { get; private init; }

    /// <summary>The service's code, as in <c>TooManyRequests</c>; null if there was no response with one.</summary>
    internal string? Code { get; private init; }

    /// <summary>Whether the same request may succeed later.</summary>
    internal bool IsTransient { get; private init; }

    /// <summary>Whether the service may have carried out the request in spite of the failure.</summary>
    internal bool MayBeDone { get; private init; }

    /// <summary>Whether the object does not exist, although its bucket does.</summary>
    internal bool IsMissingObject { get; private init; }

    /// <summary>Whether the identity could not be obtained, so the service was not asked, or its answer 401 could not be followed by a
    /// request with a new token.</summary>
    internal bool IsOfIdentity { get; private init; }

    /// <summary>A hint at the remedy; null if there is nothing to do but to try again.</summary>
    internal string? Hint { get; private init; }

    /// <summary>Interprets an exception of a call.</summary>
    /// <param name="service">The service that was called.</param>
    /// <param name="identity">The identity that signed the call.</param>
    internal static ServiceFailure From(Exception exception, OciService service, CallerIdentity identity) => exception switch
    {
        ServiceFailure failure => failure,
        // A client gets a new token by itself after an answer 401. Only the stack trace tells who failed then.
        _ when IsFromIdentity(exception) => FromIdentity(exception, identity),
        OciException { StatusCode: not 0 } response => FromResponse(response, service),
        HttpRequestException or IOException or TimeoutException or OperationCanceledException =>
            new($"no answer came from {service.Name}: {Innermost(exception).Message}", exception) { IsTransient = true, MayBeDone = true },
        // The SDK reads nothing but JSON, whatever the status is, so the HTML page of an intermediary becomes one of these.
        OciException or JsonException or InvalidCastException or FormatException or TargetInvocationException or AggregateException =>
            new($"the answer is not from {service.Name}, or is damaged: {Innermost(exception).Message}", exception)
            {
                IsTransient = true,
                MayBeDone = true,
            },
        _ => new($"the call of {service.Name} failed with {exception.GetType().Name}: {Innermost(exception).Message}", exception)
        {
            IsTransient = true,
            MayBeDone = true,
        },
    };

    /// <summary>The answer says that the request succeeded, and lacks what it should have.</summary>
    internal static ServiceFailure Incomplete(OciService service) =>
        new($"the answer is not from {service.Name}, or is damaged: it has no content", cause: null)
        {
            IsTransient = true,
            MayBeDone = true,
        };

    /// <summary>Interprets an exception of the identity itself. It is transient: a token or a certificate may be renewed, and a server may
    /// come back.</summary>
    internal static ServiceFailure FromIdentity(Exception exception, CallerIdentity identity) =>
        new($"{identity}, can't be obtained: {ReasonOf(exception)}", exception) { IsTransient = true, IsOfIdentity = true };

    /// <summary>Converts the failure into the registry's exception.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="problem">The operation that failed, as in <c>can't be read from oci:NAMESPACE/BUCKET</c>.</param>
    internal RegistryException ToRegistry(ObjectKey key, string problem) => new(RegistryError.Unavailable, key, ToText(problem), this);

    /// <summary>Returns the text <c>PROBLEM: REASON; HINT</c>.</summary>
    internal string ToText(string problem) => $"{problem}: {Message}{(Hint is null ? "" : "; " + Hint)}";

    private static ServiceFailure FromResponse(OciException response, OciService service)
    {
        var status = (int)response.StatusCode;
        var isUnknown = string.IsNullOrEmpty(response.ServiceCode) || response.ServiceCode.StartsWith("Unknown", StringComparison.Ordinal);
        var code = isUnknown ? "" : $" {response.ServiceCode}";
        var request = string.IsNullOrEmpty(response.OpcRequestId) ? "" : $" (opc-request-id {response.OpcRequestId})";
        return new($"{status}{code}: {response.Message}{request}", response)
        {
            Status = response.StatusCode,
            Code = isUnknown ? null : response.ServiceCode,
            // Among the 4xx, only these two pass by themselves: too many requests, and two writers of one object at the same moment.
            IsTransient = status is 429 or >= 500 || (status == 409 && response.ServiceCode == ConcurrentUpdate),
            MayBeDone = status >= 500,
            IsMissingObject = status == 404 && response.ServiceCode == ObjectNotFound,
            Hint = HintFor(status, service),
        };
    }

    private static string? HintFor(int status, OciService service) => status switch
    {
        401 =>
            "the service does not know the identity: check its user, key and fingerprint, its tenancy and region, and this machine's clock",
        403 or 404 =>
            $"either the name does not exist, or the identity may not use it (the answer is the same for both): check {service.Place}, "
            + "the region, and the policies",
        _ => null,
    };

    private static bool IsFromIdentity(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause.StackTrace?.Contains(SdkIdentities, StringComparison.Ordinal) is true)
                return true;
        }

        return false;
    }

    private static string ReasonOf(Exception exception) => exception switch
    {
        OciException { StatusCode: not 0 } answer => $"{(int)answer.StatusCode}: {answer.Message}",
        // The SDK does not check an answer before it takes the token out of it.
        NullReferenceException or InvalidCastException or FormatException or ArgumentOutOfRangeException or JsonException =>
            $"the answer has no token ({exception.Message})",
        TimeoutException => exception.Message,
        _ => Innermost(exception).Message,
    };

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }
}
