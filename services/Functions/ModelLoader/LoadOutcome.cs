using System.Text.Json.Serialization;

namespace ModelServing.Functions.ModelLoader;

/// <summary>What became of an event.</summary>
[JsonConverter(typeof(LoadOutcomeJsonConverter))]
internal enum LoadOutcome
{
    /// <summary>The artifact was checked and accepted.</summary>
    Accepted,

    /// <summary>The artifact was checked and refused.</summary>
    Refused,

    /// <summary>The event is not of an object that came.</summary>
    NotAnArrival,

    /// <summary>The object is in another bucket.</summary>
    AnotherBucket,

    /// <summary>The object is no version's manifest.</summary>
    NotAManifest,

    /// <summary>The manifest is there no more.</summary>
    Gone,

    /// <summary>The registry could not be read or written: nothing is known.</summary>
    RegistryUnread,
}
