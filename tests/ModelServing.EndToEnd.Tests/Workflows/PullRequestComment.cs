using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelServing.EndToEnd.Tests.Workflows;

/// <summary>A comment below a pull request.</summary>
internal sealed record PullRequestComment(long Id, string Author, string Body);
