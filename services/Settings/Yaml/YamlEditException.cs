using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Scalar = YamlDotNet.Core.Events.Scalar;

namespace ModelServing.Settings.Yaml;

/// <summary>A value can't be set in the text; the message says what is in the way.</summary>
internal sealed class YamlEditException(string message) : Exception(message);
