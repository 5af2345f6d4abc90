using System.Net;
using System.Reflection;
using ModelServing.Registry;
using Newtonsoft.Json;
using Oci.Common.Model;

namespace ModelServing.Oci.Calls;

/// <summary>Why a request was not answered as it should have been: what an exception of the SDK means, in one place.</summary>
internal sealed class ServiceFailure : Exception
{
    private const string ObjectNotFound = "ObjectNotFound";
    private const string ConcurrentUpdate = "ConcurrentObjectUpdate";

    private ServiceFailure(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>The status of the answer; null when there was none, or none that the SDK could read.</summary>
    internal HttpStatusCode? Status { get; private init; }

    /// <summary>Whether the same request may succeed another time.</summary>
    internal bool IsTransient { get; private init; }

    /// <summary>Whether the service may have done what it was asked for all the same.</summary>
    internal bool MayBeDone { get; private init; }

    /// <summary>Whether the object is not there, while its bucket is.</summary>
    internal bool IsMissingObject { get; private init; }

    /// <summary>What a person could do; null for nothing but to try again.</summary>
    internal string? Hint { get; private init; }

    /// <summary>What <paramref name="exception"/> means; null when it is a fault of this program.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="service">Who was asked.</param>
    internal static ServiceFailure? From(Exception exception, OciService service) => exception switch
    {
        ServiceFailure failure => failure,
        OciException { StatusCode: not 0 } answer => OfAnswer(answer, service),
        HttpRequestException or IOException or TimeoutException or OperationCanceledException => new($"no answer came: {Innermost(exception).Message}", exception) { IsTransient = true, MayBeDone = true },
        // The SDK reads JSON and nothing else, whatever the status was: a page of something in between becomes one of these.
        OciException or JsonException or InvalidCastException or FormatException or TargetInvocationException or AggregateException =>
            new($"what answered is not {service.Name}, or not in one piece: {Innermost(exception).Message}", exception) { IsTransient = true, MayBeDone = true },
        _ => null,
    };

    /// <summary>The failure as the registry reports it.</summary>
    /// <param name="key">The object.</param>
    /// <param name="what">What was not possible, as in <c>can't be read from oci:NAMESPACE/BUCKET</c>.</param>
    internal RegistryException ToRegistry(ObjectKey key, string what) => new(RegistryError.Unavailable, key, ToText(what), this);

    /// <summary>The failure after what was not possible.</summary>
    internal string ToText(string what) => $"{what}: {Message}{(Hint is null ? "" : "; " + Hint)}";

    private static ServiceFailure OfAnswer(OciException answer, OciService service)
    {
        var status = (int)answer.StatusCode;
        var code = string.IsNullOrEmpty(answer.ServiceCode) || answer.ServiceCode.StartsWith("Unknown", StringComparison.Ordinal) ? "" : $" {answer.ServiceCode}";
        var request = string.IsNullOrEmpty(answer.OpcRequestId) ? "" : $" (opc-request-id {answer.OpcRequestId})";
        return new($"{status}{code}: {answer.Message}{request}", answer)
        {
            Status = answer.StatusCode,
            // Of what is the caller's own fault only too many requests, and two writers of one object at the same moment, pass by themselves.
            IsTransient = status is 429 or >= 500 || (status == 409 && answer.ServiceCode == ConcurrentUpdate),
            MayBeDone = status >= 500,
            IsMissingObject = status == 404 && answer.ServiceCode == ObjectNotFound,
            Hint = HintOf(status, service),
        };
    }

    private static string? HintOf(int status, OciService service) => status switch
    {
        401 => "the identity is not known there: look at its user, key and fingerprint, its tenancy and region, and at this machine's clock",
        403 or 404 => $"either it is not there by that name, or the identity may not use it (for both the answer is the same): look at {service.Place}, the region, and the policies",
        _ => null,
    };

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }
}
