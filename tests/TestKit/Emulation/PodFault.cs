namespace ModelServing.TestKit.Emulation;

/// <summary>The ways in which a pod's identity fails. <see cref="OkePod"/> plays each of them with the files and answers that cause it on a
/// real cluster.</summary>
public enum PodFault
{
    /// <summary>The service account's token is expired: the kubelet does not renew it, or the clock is wrong.</summary>
    ExpiredToken,

    /// <summary>The token's file contains something else.</summary>
    MalformedToken,

    /// <summary>The token's file is gone.</summary>
    MissingToken,

    /// <summary>The cluster's certificate is damaged.</summary>
    BrokenCertificate,

    /// <summary>Nothing listens at the token service's port.</summary>
    Refused,

    /// <summary>The token service accepts the connection and does not answer.</summary>
    Silent,

    /// <summary>The token service's certificate is for another address.</summary>
    OtherName,

    /// <summary>The cluster is not an enhanced one.</summary>
    Forbidden,

    /// <summary>The token service answers 500 with text.</summary>
    Failing,

    /// <summary>An intermediary answers 200 with a page.</summary>
    Page,

    /// <summary>The answer is 200 without a body.</summary>
    Empty,

    /// <summary>The answer has no token.</summary>
    NoToken,

    /// <summary>The answer's token is too short to begin as a session token does.</summary>
    ShortToken,

    /// <summary>The answer's token is not a token.</summary>
    NoJwt,
}
