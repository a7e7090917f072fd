package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"memovault/internal/lang"
	"memovault/internal/picture"
	"memovault/internal/record"
	"memovault/internal/store"
)

// attachPhotos keeps pictures beside the record: upright, no larger than it takes
// to read what is on them, and without what cameras write into their files.
func (a *app) attachPhotos(r *record.Record, paths []string) ([]store.NewFile, error) {
	var files []store.NewFile
	for _, path := range paths {
		data, err := readPhoto(path)
		if err != nil {
			return nil, explainPicture(path, err)
		}
		var photo *picture.Photo
		err = a.patiently(lang.T("looking at the photo ...", "写真を読んでいます..."), func() (err error) {
			photo, err = picture.Shrink(data)
			return err
		})
		if err != nil {
			return nil, explainPicture(path, err)
		}
		sum := sha256.Sum256(photo.Data)
		at := record.Attachment{ID: record.NewID(), Name: photoName(r, path, photo.Kind), Size: int64(len(photo.Data)), SHA256: hex.EncodeToString(sum[:])}
		r.Attachments = append(r.Attachments, at)
		files = append(files, store.NewFile{ID: at.ID, Data: photo.Data})
		a.sayPhoto(path, at.Name, len(data), photo)
	}
	return files, nil
}

// cameraNames are what cameras call files: by number, or by the very moment that
// is taken out of the file.
var cameraNames = regexp.MustCompile(`\d{4}`)

// photoName is the file's own name where a person gave it one, with the ending of
// what it has become, and another than the record's other files have.
func photoName(r *record.Record, path string, kind picture.Kind) string {
	base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	base, _, err := record.Clean(record.TypeText, base)
	if err != nil || base == "" || cameraNames.MatchString(base) {
		base = "photo"
	}
	ending := map[picture.Kind]string{picture.PNG: ".png"}[kind]
	if ending == "" {
		ending = ".jpg"
	}
	name := base + ending
	taken := func(at record.Attachment) bool { return strings.EqualFold(at.Name, name) }
	for n := 2; slices.ContainsFunc(r.Attachments, taken); n++ {
		name = fmt.Sprintf("%s-%d%s", base, n, ending)
	}
	return name
}

// sayPhoto says what became of a photograph.
func (a *app) sayPhoto(path, name string, size int, p *picture.Photo) {
	line := a.text(lang.T("%s: %.1f megapixels, %s -> %d x %d, %s, kept as %s", "%s: %.1f メガピクセル、%s → %d × %d、%s（%s としてしまいます）"),
		filepath.Base(path), float64(p.FromWidth)*float64(p.FromHeight)/1e6, bytesWords(size), p.Width, p.Height, bytesWords(len(p.Data)), name)
	switch {
	case p.Place && p.Time:
		line += a.text(lang.T("; place and time removed", "。撮った場所と日時は消しました"))
	case p.Place:
		line += a.text(lang.T("; place removed", "。撮った場所は消しました"))
	case p.Time:
		line += a.text(lang.T("; time and camera removed", "。撮った日時と機種は消しました"))
	}
	a.say(lang.T("%s", "%s"), line)
	if !p.Whole {
		a.warn(lang.T("the end of %s is missing; only its upper part could be kept: look at it, or take the photo again", "%s は途中で切れていて、上の部分しか残せませんでした。見て確かめるか、撮り直してください"), filepath.Base(path))
	}
}

// bytesWords is a size as people say it.
func bytesWords(n int) string {
	if n >= 1_000_000 {
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%d kB", max(1, (n+500)/1000))
}

// explainPicture says why a picture can't be used, and what to do.
func explainPicture(path string, err error) error {
	name := filepath.Base(path)
	f := &failure{status: statusUsage, code: "photo", err: err}
	var unsupported *picture.UnsupportedError
	var large *picture.TooLargeError
	var damaged *picture.DamagedError
	switch {
	case errors.As(err, &large) && large.Width == 0:
		f.what = said(lang.T("%s is too large for a photo", "%s は写真としては大きすぎます"), name)
		f.next = []words{said(lang.T("make it smaller, or take the photo with a lower resolution", "小さくするか、カメラの解像度を下げて撮り直してください"))}
	case errors.As(err, &large):
		f.what = said(lang.T("%s has too many pixels (%d x %d)", "%s は画素が多すぎます（%d × %d）"), name, large.Width, large.Height)
		f.next = []words{said(lang.T("make it smaller, or take the photo with a lower resolution", "小さくするか、カメラの解像度を下げて撮り直してください"))}
	case errors.As(err, &damaged):
		f.what = said(lang.T("%s is damaged; nothing of it can be shown", "%s は壊れていて、表示できません"), name)
		f.next = []words{said(lang.T("copy it from the camera again, or take the photo again", "カメラからもう一度写すか、撮り直してください"))}
	case errors.As(err, &unsupported):
		f.what, f.next = unsupportedWords(name, unsupported)
	default:
		return err
	}
	return f
}

func unsupportedWords(name string, e *picture.UnsupportedError) (what words, next []words) {
	asIs := said(lang.T("to keep the file as it is: --attach FILE", "そのままのファイルでしまうなら: --attach ファイル"))
	switch e.Kind {
	case picture.HEIC:
		return said(lang.T("%s is a HEIC photo of an iPhone, which can't be read here", "%s は iPhone の HEIC 形式の写真で、ここでは読めません"), name),
			[]words{said(lang.T("on the iPhone: Settings > Camera > Formats > Most Compatible, then take it again; or send the photo to yourself by mail, which makes it JPEG", "iPhone の「設定」→「カメラ」→「フォーマット」→「互換性優先」にして撮り直すか、自分あてにメールで送ると JPEG になります")), asIs}
	case picture.AVIF, picture.JPEG2000, picture.JPEGXL, picture.SVG, picture.Photoshop, picture.PostScript:
		return said(lang.T("%s is of a kind (%s) that can't be read here", "%s の形式（%s）は、ここでは読めません"), name, string(e.Kind)),
			[]words{said(lang.T("open it in a picture program and save it as JPEG or PNG", "画像ソフトで開き、JPEG か PNG で保存し直してください")), asIs}
	case picture.PDF, picture.Video, picture.Zip:
		return said(lang.T("%s is not a photo", "%s は写真ではありません"), name), []words{asIs}
	}
	if e.What != "" {
		return said(lang.T("%s is an unusual %s file that can't be read here", "%s は特殊な %s ファイルで、ここでは読めません"), name, string(e.Kind)),
			[]words{said(lang.T("open it in a picture program and save it as JPEG or PNG", "画像ソフトで開き、JPEG か PNG で保存し直してください")), asIs}
	}
	return said(lang.T("%s is not a photo", "%s は写真ではありません"), name), []words{said(lang.T("JPEG, PNG, GIF, BMP, TIFF and WebP can be read", "読めるのは JPEG、PNG、GIF、BMP、TIFF、WebP です")), asIs}
}
