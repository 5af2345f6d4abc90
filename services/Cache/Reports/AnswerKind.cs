namespace ModelServing.Cache.Reports;

/// <summary>How a version answered a request. Each is of one kind.</summary>
public enum AnswerKind
{
    /// <summary>With outputs that are all finite.</summary>
    Answered,

    /// <summary>With an output that holds NaN or infinity.</summary>
    NonFinite,

    /// <summary>The request was at fault (a status from 400 to 499), or its caller left. It says nothing of the version.</summary>
    ClientError,

    /// <summary>With a status of 500 or above.</summary>
    Failed,
}
