namespace ModelServing.Functions.Listener;

/// <summary>The headers of the Fn contract (fnproject/docs, fn/develop/fn-format.md).</summary>
internal static class FnHeaders
{
    /// <summary>The start of each name.</summary>
    internal const string Prefix = "Fn-";

    internal const string CallId = "Fn-Call-Id";

    /// <summary>The time by which the platform expects the answer, by RFC 3339.</summary>
    internal const string Deadline = "Fn-Deadline";

    /// <summary>The kind of call; <see cref="HttpRequest"/> if an HTTP gateway makes it.</summary>
    internal const string Intent = "Fn-Intent";

    /// <summary>The value of <see cref="Intent"/> for a gateway, whose caller gets the status and the headers of the answer.</summary>
    internal const string HttpRequest = "httprequest";

    /// <summary>A gateway's method.</summary>
    internal const string HttpMethod = "Fn-Http-Method";

    /// <summary>A gateway's path and query.</summary>
    internal const string HttpUrl = "Fn-Http-Request-Url";

    /// <summary>The start of each header's name in a gateway's request and in the answer to it, except Content-Type.</summary>
    internal const string HttpPrefix = "Fn-Http-H-";

    /// <summary>In an answer: the status for the gateway's caller.</summary>
    internal const string HttpStatus = "Fn-Http-Status";

    /// <summary>In an answer: the name and version of the code that implements the contract.</summary>
    internal const string FdkVersion = "Fn-Fdk-Version";

    /// <summary>In an answer: the name and version of the runtime.</summary>
    internal const string FdkRuntime = "Fn-Fdk-Runtime";
}
