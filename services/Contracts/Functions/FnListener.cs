using System.Text;

namespace ModelServing.Contracts.Functions;

/// <summary>Where and how OCI Functions calls the program that it started in a container: the variables of the Fn contract, which the
/// platform sets.</summary>
public sealed record FnListener
{
    /// <summary>The variable of <see cref="Path"/>: <c>unix:</c> and the path.</summary>
    public const string ListenerVariable = "FN_LISTENER";

    /// <summary>The variable of the form in which calls come; there is one that is spoken, <see cref="Format"/>.</summary>
    public const string FormatVariable = "FN_FORMAT";

    /// <summary>The variable of <see cref="LogFrameName"/>.</summary>
    public const string LogFrameNameVariable = "FN_LOGFRAME_NAME";

    /// <summary>The variable of <see cref="LogFrameHeader"/>.</summary>
    public const string LogFrameHeaderVariable = "FN_LOGFRAME_HDR";

    /// <summary>The form of calls: HTTP/1.1 over the socket.</summary>
    public const string Format = "http-stream";

    /// <summary>The most bytes that a socket's path has on Linux.</summary>
    public const int MaxPathBytes = 107;

    private const string Scheme = "unix:";

    /// <summary>The name that the platform waits for, which has to appear once calls can be answered: an absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>What a line in the log begins with that says which call the lines after it are of; null writes none.</summary>
    public string? LogFrameName { get; init; }

    /// <summary>The header in which a call brings the rest of that line.</summary>
    public string? LogFrameHeader { get; init; }

    /// <summary>Reads the variables; null where the platform is none that sets them.</summary>
    /// <exception cref="ContractException">One has a value that can't be one, or is missing; the message names it.</exception>
    public static FnListener? Read(HostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment.Get(ListenerVariable) is not { } text)
            return null;
        if (!text.StartsWith(Scheme, StringComparison.Ordinal) || text[Scheme.Length..] is var path && (!System.IO.Path.IsPathRooted(path) || path.EndsWith('/')))
            throw Wrong(ListenerVariable, text, "unix: and a file's absolute path, as in unix:/tmp/iofs/lsnr.sock");
        if (Encoding.UTF8.GetByteCount(path) is var bytes and > MaxPathBytes)
            throw Wrong(ListenerVariable, text, $"unix: and a path of at most {MaxPathBytes} bytes; this one has {bytes}");
        var format = environment.Get(FormatVariable) ?? throw new ContractException($"the environment variable {FormatVariable} is not set; where {ListenerVariable} is, it has to be {Format}");
        if (format != Format)
            throw Wrong(FormatVariable, format, Format);
        return new FnListener { Path = path, LogFrameName = environment.Get(LogFrameNameVariable), LogFrameHeader = environment.Get(LogFrameHeaderVariable) };
    }

    /// <summary>Adds the variables to <paramref name="variables"/>.</summary>
    internal void Write(IDictionary<string, string> variables)
    {
        variables[ListenerVariable] = Scheme + Path;
        variables[FormatVariable] = Format;
        if (LogFrameName is not null)
            variables[LogFrameNameVariable] = LogFrameName;
        if (LogFrameHeader is not null)
            variables[LogFrameHeaderVariable] = LogFrameHeader;
    }

    private static ContractException Wrong(string variable, string value, string what) => new($"the environment variable {variable} is '{value}'; it has to be {what}");
}
