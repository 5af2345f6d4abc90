namespace ModelServing.Hosting.Functions;

/// <summary>The headers of the Fn contract (fnproject/docs, fn/develop/fn-format.md).</summary>
public static class FnHeaders
{
    /// <summary>What the name of each begins with.</summary>
    public const string Prefix = "Fn-";

    /// <summary>The call's identifier.</summary>
    public const string CallId = "Fn-Call-Id";

    /// <summary>When the answer has to be there, by RFC 3339.</summary>
    public const string Deadline = "Fn-Deadline";

    /// <summary>What kind of call it is; <see cref="HttpRequest"/> where an HTTP gateway makes it.</summary>
    public const string Intent = "Fn-Intent";

    /// <summary>The value of <see cref="Intent"/> of a gateway: the caller gets the status and the headers of the answer.</summary>
    public const string HttpRequest = "httprequest";

    /// <summary>What the name of each header of a gateway's request, and of the answer to it, begins with; but for Content-Type.</summary>
    public const string HttpPrefix = "Fn-Http-H-";

    /// <summary>In an answer: the status for the gateway's caller.</summary>
    public const string HttpStatus = "Fn-Http-Status";

    /// <summary>In an answer: what speaks the contract, and its version.</summary>
    public const string FdkVersion = "Fn-Fdk-Version";

    /// <summary>In an answer: what it runs on, and its version.</summary>
    public const string FdkRuntime = "Fn-Fdk-Runtime";
}
