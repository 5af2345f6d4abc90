using System.Text.Json.Serialization;

namespace ModelServing.Functions.ModelLoader;

/// <summary>The result for an event.</summary>
[JsonConverter(typeof(LoadOutcomeJsonConverter))]
internal enum LoadOutcome
{
    /// <summary>The artifact was checked and accepted.</summary>
    Accepted,

    /// <summary>The artifact was checked and refused.</summary>
    Refused,

    /// <summary>The event is not about an object that was created or replaced.</summary>
    NotAnArrival,

    /// <summary>The object is in another bucket.</summary>
    AnotherBucket,

    /// <summary>The object is not a version's manifest.</summary>
    NotAManifest,

    /// <summary>The manifest no longer exists.</summary>
    Gone,

    /// <summary>The registry could not be read or written, so the result is unknown.</summary>
    RegistryUnread,
}
