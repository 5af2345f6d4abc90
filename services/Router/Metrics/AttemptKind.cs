namespace ModelServing.Router.Metrics;

/// <summary>How a first attempt ended, for people who look at a variant.</summary>
internal enum AttemptKind
{
    /// <summary>With a good answer.</summary>
    Answered,

    /// <summary>With a status from 400 to 499, or because the caller had shortened its deadline.</summary>
    Refused,

    /// <summary>With any other status, with no answer, or with a broken, late or non-finite one.</summary>
    Failed,
}
