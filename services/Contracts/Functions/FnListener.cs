using System.Text;

namespace ModelServing.Contracts.Functions;

/// <summary>Where and how OCI Functions calls a program that it has started in a container: the variables of the Fn contract, which the
/// platform sets.</summary>
public sealed record FnListener
{
    /// <summary>The variable of <see cref="Path"/>: <c>unix:</c> and the path.</summary>
    public const string ListenerVariable = "FN_LISTENER";

    /// <summary>The variable of the calls' form; the only known one is <see cref="Format"/>.</summary>
    public const string FormatVariable = "FN_FORMAT";

    /// <summary>The variable of <see cref="LogFrameName"/>.</summary>
    public const string LogFrameNameVariable = "FN_LOGFRAME_NAME";

    /// <summary>The variable of <see cref="LogFrameHeader"/>.</summary>
    public const string LogFrameHeaderVariable = "FN_LOGFRAME_HDR";

    /// <summary>The form of calls: HTTP/1.1 over the socket.</summary>
    public const string Format = "http-stream";

    /// <summary>The most bytes of a socket's path on Linux.</summary>
    public const int MaxPathBytes = 107;

    private const string Scheme = "unix:";

    /// <summary>The absolute path that the platform waits for. It must appear once the program can answer calls.</summary>
    public required string Path { get; init; }

    /// <summary>The start of the log line that names the call of the lines after it; null writes no such line.</summary>
    public string? LogFrameName { get; init; }

    /// <summary>The header of a call that has the rest of that line.</summary>
    public string? LogFrameHeader { get; init; }

    /// <summary>Reads the variables; null if the platform does not set them.</summary>
    /// <exception cref="ContractException">A variable is missing or wrong; the message names it.</exception>
    public static FnListener? Read(HostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment.Get(ListenerVariable) is not { } text)
            return null;
        if (!text.StartsWith(Scheme, StringComparison.Ordinal)
            || text[Scheme.Length..] is var path && (!System.IO.Path.IsPathRooted(path) || path.EndsWith('/')))
            throw HostEnvironment.Wrong(ListenerVariable, text, "unix: and a file's absolute path, as in unix:/tmp/iofs/lsnr.sock");
        if (Encoding.UTF8.GetByteCount(path) is var bytes and > MaxPathBytes)
            throw HostEnvironment.Wrong(ListenerVariable, text, $"unix: and a path of at most {MaxPathBytes} bytes; this one has {bytes}");
        var format = environment.Get(FormatVariable)
            ?? throw new ContractException(
                $"the environment variable {FormatVariable} is not set; where {ListenerVariable} is, it must be {Format}");
        if (format != Format)
            throw HostEnvironment.Wrong(FormatVariable, format, Format);
        return new FnListener
        {
            Path = path,
            LogFrameName = environment.Get(LogFrameNameVariable),
            LogFrameHeader = environment.Get(LogFrameHeaderVariable),
        };
    }

    internal void Write(IDictionary<string, string> variables)
    {
        variables[ListenerVariable] = Scheme + Path;
        variables[FormatVariable] = Format;
        if (LogFrameName is not null)
            variables[LogFrameNameVariable] = LogFrameName;
        if (LogFrameHeader is not null)
            variables[LogFrameHeaderVariable] = LogFrameHeader;
    }
}
