namespace ModelServing.Services.Tests.Cli.Conformance;

/// <summary>How a server is broken.</summary>
internal enum ServerFault
{
    None,

    /// <summary>Good requests get 500, and bad ones 200.</summary>
    SwappedStatus,

    /// <summary>Each answer is an empty object.</summary>
    NoContent,

    /// <summary>One element of each output is another one.</summary>
    WrongElement,

    NoId,

    /// <summary>Errors are plain text.</summary>
    NoErrorMember,

    /// <summary>Each shape has a dimension more.</summary>
    WrongShape,

    /// <summary>Bytes are announced where they are not.</summary>
    WrongLength,
}
