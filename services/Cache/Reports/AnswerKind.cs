namespace ModelServing.Cache.Reports;

/// <summary>How a version answered a request. Each request has one kind.</summary>
public enum AnswerKind
{
    /// <summary>All outputs are finite.</summary>
    Answered,

    /// <summary>An output holds NaN or infinity.</summary>
    NonFinite,

    /// <summary>The request was at fault (a status from 400 to 499), or its caller left. It says nothing about the version.</summary>
    ClientError,

    /// <summary>The status was 500 or above.</summary>
    Failed,
}
